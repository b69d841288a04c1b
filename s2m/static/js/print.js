// A button that prints the page (data-print); hidden where there is no script, for the browser can print by itself.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
