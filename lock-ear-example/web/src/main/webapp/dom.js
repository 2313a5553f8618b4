// SPDX-License-Identifier: Apache-2.0
export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Changes a text only if it differs, so that a selection survives and a live region does not repeat itself. */
export function say(target, text, state) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
  if (state !== undefined) {
    mark(target, "data-state", state);
  }
}

export function mark(target, name, value) {
  if (value === null) {
    target.removeAttribute(name);
  } else if (target.getAttribute(name) !== String(value)) {
    target.setAttribute(name, value);
  }
}

/** A button that cannot act now keeps the focus, unlike a disabled one. */
export function allow(button, allowed) {
  mark(button, "aria-disabled", allowed ? null : "true");
}

export const isAllowed = (button) => !button.hasAttribute("aria-disabled");

/** Updates the children of a list in place. A child that stays is not moved needlessly, so it keeps the focus. */
export function list(parent, items, keyOf, create, update = () => {}) {
  const keys = items.map((item) => String(keyOf(item)));
  const children = new Map();
  for (const child of [...parent.children]) {
    if (keys.includes(child.dataset.key)) {
      children.set(child.dataset.key, child);
    } else {
      child.remove();
    }
  }
  let place = parent.firstElementChild;
  items.forEach((item, index) => {
    let child = children.get(keys[index]);
    if (!child) {
      child = create(item);
      child.dataset.key = keys[index];
    }
    if (child === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child, place);
    }
    update(child, item);
  });
}

/** A node's name in the node's color. */
export function chip(name, index) {
  return element("span", { class: "chip", "data-color": color(index) }, name);
}

/** There are four colors; an unknown node has none. */
export const color = (index) => (index < 0 ? "none" : index % 4);
