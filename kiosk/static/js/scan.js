// One code was read, by whatever eye: tell the server, then show that visit. Listens for the event
// "code" on document ({detail: text}), which camera.js and scanner.js send.
// The event's id is made once per code and kept while its fate is unknown, so that a retry after a lost
// answer is the same scan. "Welcome" is only ever shown by the server, after it has stored the scan.
// The first try leaves the moment to the server. A later one says when it was, by the server's clock: this device's
// own may be wrong, and what is off in it cancels out between the page's time and the scan's.
const WAITS = [0, 700, 2000, 4000];      // ms before each try
const main = document.querySelector('[data-scan]');
const csrf = document.querySelector('meta[name=csrf-token]').content;
let open = null;                         // {id, code, at}: sent, answer unknown
let busy = false;
let ahead = 0;                           // ms that the server's clock is ahead of this device's

document.addEventListener('clock', event => { ahead = event.detail - Date.now(); });

function uuid() {                 // randomUUID is missing over plain http
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = b[6] & 0x0f | 0x40;
  b[8] = b[8] & 0x3f | 0x80;
  const hex = [...b].map(n => n.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function say(state) {                    // which of the prepared sentences is shown
  for (const part of main.querySelectorAll('[data-say]')) part.hidden = !part.dataset.say.split(' ').includes(state);
}

async function post(url, body) {         // the answer, or null when trying again is right
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 5000);
  try {
    const answer = await fetch(url, {
      method: 'POST', body: JSON.stringify(body), signal: abort.signal, credentials: 'same-origin', cache: 'no-store',
      headers: {'Content-Type': 'application/json', 'X-CSRFToken': csrf},
    });
    if (answer.status === 401 || answer.status === 403) location.reload();    // unpaired meanwhile
    return answer.status >= 500 || answer.status === 429 ? null : await answer.json();
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function insist(url, first, later = first) {
  let body = first;
  for (const wait of WAITS) {
    if (wait) await new Promise(done => setTimeout(done, wait));
    const answer = await post(url, body);
    body = later;
    if (answer) return answer;
  }
  return null;
}

const page = (url, key, value) => url.replace(key, encodeURIComponent(value));

function show(result) {                  // replace: the back button never leads to somebody's page
  const {visit, code} = result;
  if (!visit || code === 'recorded') location.replace(page(main.dataset.refused, 'CODE', code || 'refused'));
  else if (code === 'already_here') location.replace(page(main.dataset.again, 'ID', visit));
  else location.replace(page(main.dataset.visit, 'ID', visit));
}

async function scanned(code) {
  if (busy) return;
  busy = true;
  say('busy');
  if (main.dataset.leave) {
    const found = await insist(main.dataset.leave, {code});
    if (found) return show(found);
  } else {
    const again = open?.code === code;
    if (!again) open = {id: uuid(), at: new Date(Date.now() + ahead).toISOString(), code};
    const {at, ...now} = open;
    const answer = await insist(main.dataset.scan, {events: [again ? open : now]}, {events: [open]});
    if (answer) return show(answer.results?.[0] ?? {code: 'refused'});
  }
  say('failed');
  setTimeout(() => { if (!busy) say(main.querySelector('[data-camera]').dataset.camera); }, 15_000);
  busy = false;
}

document.addEventListener('camera', event => say(event.detail));
document.addEventListener('code', event => scanned(event.detail));
addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
