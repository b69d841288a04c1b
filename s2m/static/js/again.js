// Some parts change by time alone, such as how long a tablet has been silent: data-again="SECONDS" on an element with
// data-part asks live.js to fetch it again that often.
for (const part of document.querySelectorAll('[data-part][data-again]')) {
  setInterval(() => {
    if (!document.hidden) part.dispatchEvent(new CustomEvent('part:again', {bubbles: true}));
  }, part.dataset.again * 1000);
}
