// Somebody's badge before this phone's camera: sends its text by the form of the page, never in an address. Listens for
// "camera" (how it fares: which sentence is shown) and "code" on document, which camera.js sends.
const form = document.querySelector('form[data-badge]');
let sent = false;

function say(state) {
  for (const part of document.querySelectorAll('[data-say]')) part.hidden = part.dataset.say !== state;
}

document.addEventListener('camera', event => say(event.detail));
document.addEventListener('code', event => {
  if (sent) return;
  sent = true;
  form.badge.value = event.detail;
  say('busy');
  form.requestSubmit();
});
addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
