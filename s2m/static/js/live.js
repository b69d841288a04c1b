// Keeps the parts of a page fresh. The server says only "something changed"; each element with
// data-part="URL" then fetches its own markup again, with its ETag, so that nothing travels when nothing changed.
//   <body data-live="/live/venue">  <div data-part="/host/today/arrivals">…</div>
// Falls back to asking every 10 s where the stream fails, and rests while the page is hidden.
const POLL = 10_000;
const SPREAD = 400;          // many pages hear the same event: do not all ask in the same instant
const url = document.body.dataset.live;
const tags = new WeakMap();
const busy = new WeakSet();
let source = null, poll = 0, soon = 0, missed = false;

function working(part) {     // never pull the ground from under somebody who is typing, choosing or dragging
  const at = document.activeElement;
  return 'held' in part.dataset || part.contains(at) && at.matches('input, textarea, select');
}

async function refresh(part) {
  if (busy.has(part) || working(part)) return;
  busy.add(part);
  try {
    const tag = tags.get(part);
    const answer = await fetch(part.dataset.part, {
      headers: {'X-Part': '1', ...(tag && {'If-None-Match': tag})}, cache: 'no-store', credentials: 'same-origin',
    });
    if (answer.status === 401 || answer.status === 403) location.reload();
    else if (answer.status === 200) show(part, await answer.text(), answer.headers.get('ETag'));
  } catch {
    // no connection: the part stays as it was, the next event or poll tries again
  } finally {
    busy.delete(part);
  }
}

function show(part, markup, tag) {
  if (working(part)) return;     // they began meanwhile: the next event asks again
  if (tag) tags.set(part, tag);
  const focused = part.contains(document.activeElement) && document.activeElement.id;
  const open = [...part.querySelectorAll('details[open][id]')].map(each => each.id);
  const fresh = new DOMParser().parseFromString(markup, 'text/html').body;
  part.replaceChildren(...fresh.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');     // a menu stays as it was
  if (focused) document.getElementById(focused)?.focus();
  part.dispatchEvent(new CustomEvent('part:fresh', {bubbles: true}));
}

function refreshAll() {
  if (document.hidden) { missed = true; return; }
  missed = false;
  document.querySelectorAll('[data-part]').forEach(refresh);
}

function later() {
  clearTimeout(soon);
  soon = setTimeout(refreshAll, Math.random() * SPREAD);
}

function startPolling() {
  poll ||= setInterval(refreshAll, POLL);
}

function stopPolling() {
  clearInterval(poll);
  poll = 0;
}

function connect() {
  if (source || !('EventSource' in window)) return;
  source = new EventSource(url);
  source.onopen = () => { stopPolling(); later(); };
  source.onmessage = later;
  source.addEventListener('change', later);
  source.onerror = () => {
    startPolling();
    if (source.readyState === EventSource.CLOSED) {     // refused (too many, signed out): the browser gives up, we do not
      source = null;
      setTimeout(connect, POLL * 3);
    }
  };
}

function disconnect() {
  source?.close();
  source = null;
  stopPolling();
}

document.addEventListener('part:again', event => refresh(event.target));     // by time alone: js/again.js

if (url && document.querySelector('[data-part]')) {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { disconnect(); missed = true; return; }
    connect();
    if (!('EventSource' in window)) startPolling();
    if (missed) refreshAll();
  });
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', event => { if (event.persisted) { connect(); refreshAll(); } });
  if ('EventSource' in window) connect(); else startPolling();
}
