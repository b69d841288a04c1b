// Keeps the tablet off the browser's own "no connection" page, from which nobody at the door can return.
// Before a form is sent, a link is followed or the screen goes back to the start, the server must answer;
// where it does not, the screen says that nothing was stored, and what one typed stays.
const page = document.querySelector('.kiosk');
const lost = document.querySelector('[data-lost]');
const {ping} = document.body.dataset;
const PATIENCE = 3000;       // ms
const AGAIN = 5000;
let again = 0;

async function reachable() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  const answer = await fetch(ping, {method: 'HEAD', cache: 'no-store', signal: abort.signal}).catch(() => null);
  clearTimeout(timer);
  if (lost) lost.hidden = Boolean(answer);
  clearTimeout(again);
  if (!answer) again = setTimeout(reachable, AGAIN);       // so that the words go when the connection is back
  return Boolean(answer);
}

// To another screen, whatever it takes; what is on this one must not stay for the next person.
export async function go(url) {
  while (!await reachable()) {
    for (const part of [...page?.children ?? []]) if (!part.matches('[data-lost]')) part.remove();
    await new Promise(done => setTimeout(done, AGAIN));
  }
  location.replace(url);
}

let sure = false;            // this very submit has been let through
document.addEventListener('submit', async event => {
  if (sure) return;
  event.preventDefault();
  const {target, submitter} = event;
  if (!await reachable()) return;
  sure = true;
  target.requestSubmit(submitter);
}, {capture: true});

document.addEventListener('click', async event => {
  const link = event.target.closest('a[href]');
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  if (await reachable()) location.assign(link.href);
});
