-- SPDX-License-Identifier: Apache-2.0
--
-- Shows who holds each lock, who waits for it, and which sessions each waiter waits for. Requires PostgreSQL 14 or newer.
--
-- Run this file once in the database of the locks, as a role that may create views there. The view shows readers only what they
-- may see: address and session_start are null for a role that is a member of neither pg_monitor nor the role of the session.
--
-- The locks of a prepared transaction have no session, so pid, node and all columns that are derived from them are null.

create or replace view holdfast_locks as
select
    lock.id as lock_id,
    -- Namespace and key come from the application name of a holder's session. Any client can set any application name, so
    -- rely on the lock id. The key is null if it is hidden, too long or not ASCII, or if the session holds several locks.
    max(shown.namespace) filter (where l.granted) over (partition by lock.id) as namespace,
    max(shown.key) filter (where l.granted) over (partition by lock.id) as key,
    -- The ApplicationName from the JDBC URL.
    regexp_replace(a.application_name, '(^| )holdfast/.*$', '') as node,
    a.usename as role,
    a.client_addr as address,
    l.pid,
    l.granted,
    case l.mode when 'ShareLock' then 'SHARED' else 'EXCLUSIVE' end as mode,
    -- For a holder, this is the time of the grant, in whole seconds. It is null if the session of the holder holds several
    -- locks, or is in the transaction that the lock belongs to. For a waiter, this is the time at which the wait of its
    -- statement began: a wait that is longer than holdfast.wait-slice begins again.
    case when l.granted then shown.granted_at else l.waitstart end as since,
    -- The sessions that hold the lock, or wait for it in front of this one.
    case when not l.granted then pg_blocking_pids(l.pid) end as blocked_by,
    a.backend_start as session_start
from pg_locks l
cross join lateral (select l.classid::bigint << 32 | l.objid::bigint as id) lock
left join pg_stat_activity a on a.pid = l.pid
left join lateral (
    select
        part[1]::bigint as namespace,
        case when part[2] is null then to_timestamp(('x' || part[3])::bit(32)::bigint) end as granted_at,
        part[4] as key
    from regexp_match(
        a.application_name, '(?:^| )holdfast/(-?\d{1,10})/(shared/)?([0-9a-f]{8})(?:/([ -~]+))?$') part
) shown on true
where l.locktype = 'advisory'
    and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database());

comment on view holdfast_locks is 'Holders and waiters of advisory locks with one 64-bit number, as Holdfast uses them';

grant select on holdfast_locks to pg_monitor;
