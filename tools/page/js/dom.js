// Small helpers. What others wrote becomes text, never HTML.

function byId(id) { return document.getElementById(id); }

function element(tag, text = '', className = '') {
  const made = document.createElement(tag);
  if (text !== '') made.textContent = text;
  if (className) made.className = className;
  return made;
}

function button(text, onClick, className = '') {
  const made = element('button', text, className);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

function replaceChildren(parent, children) { parent.replaceChildren(...children); }
