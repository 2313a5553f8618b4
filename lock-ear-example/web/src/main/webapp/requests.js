// SPDX-License-Identifier: Apache-2.0
const TIMEOUT = 5000;

/** Sends a request to the own node. Returns the status, or 0 if there was no answer. */
async function request(method, path, body, headers = {}) {
  try {
    const response = await fetch(path, {
      method,
      body: body && JSON.stringify(body),
      headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return response.status;
  } catch {
    return 0;
  }
}

export const putUseLock = (useLock) => request("PUT", "api/use-lock", { useLock });

export const postStampede = (buyers) => request("POST", "api/stampede", { buyers });

export const endSession = (lockId, pid) => request(
  "DELETE", `api/holdfast/locks/${lockId}/sessions/${pid}`, undefined, { "Holdfast-Confirm": "terminate" });

export const isDone = (status) => status >= 200 && status < 300;

/** Why a request failed, as a sentence. */
export function reason(status) {
  return status === 0 ? "This node did not answer." : `This node answered with status ${status}.`;
}
