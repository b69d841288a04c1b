// A hand scanner is a keyboard that types fast and ends with Enter; no field needs the focus.
const GAP = 300;             // ms between two keys of one code, on a busy tablet
const SHORTEST = 20;         // nobody types this without a pause
let typed = '', last = 0;

addEventListener('keydown', event => {
  if (event.target.matches('input, textarea, select') || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.timeStamp - last > GAP) typed = '';
  last = event.timeStamp;
  if (event.key === 'Enter' || event.key === 'Tab') {
    if (typed.length >= SHORTEST) {
      event.preventDefault();          // or Enter would press the focused link
      document.dispatchEvent(new CustomEvent('code', {detail: typed}));
    }
    typed = '';
  } else if (event.key.length === 1) {
    typed += event.key;
  }
});
