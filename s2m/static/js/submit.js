// Presses the one button of a page that exists only to be posted (data-submit): a sign-in link, a pairing link.
// Without script the visitor presses it.
const form = document.querySelector('form[data-submit]');
if (form && !document.querySelector('[aria-invalid]')) form.requestSubmit();
