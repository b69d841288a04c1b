// A form beside the page (dialog[open]): Escape closes it as its close link does, and while somebody changes the form its
// price is asked anew, so that what is agreed to is what stands there. Without script the server asks once more.
//   <dialog open><form data-price="URL"> … <a data-close href="…"> … <div id="price">
const dialog = document.querySelector('dialog[open]');
const form = dialog?.querySelector('form[data-price]');
let asked = 0;

async function price() {
  const values = new URLSearchParams([...new FormData(form)].filter(([name]) => !/^(csrf_token|agreed_)/.test(name)));
  const turn = ++asked;
  const fresh = await fetch(`${form.dataset.price}?${values}`, {credentials: 'same-origin'}).catch(() => null);
  if (!fresh?.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await fresh.text(), 'text/html');
  const part = page.querySelector('#price');
  if (part && turn === asked) form.querySelector('#price').replaceWith(part);
}

form?.addEventListener('change', event => {
  if (event.target.name === 'room' && form.querySelector('[name=people]')) {
    // another room has other set-ups and extras: the whole form is fetched
    const values = new URLSearchParams([...new FormData(form)].filter(([name]) => !/^(csrf_token|agreed_)/.test(name)));
    location.replace(`${form.dataset.price}?${values}`);
  } else price();
});
addEventListener('keydown', event => {
  if (event.key === 'Escape' && dialog && !event.defaultPrevented) dialog.querySelector('[data-close]')?.click();
});
if (dialog && !dialog.querySelector('[autofocus]')) {
  (dialog.querySelector('[data-first]') ?? dialog.querySelector('input:not([type=hidden]), select'))?.focus();
}
