/** One element. Text is always text: nothing that came from outside is ever read as HTML. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value))
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

export const page = () => document.querySelector('#page')

/** Redraws a part of the page, and leaves the keyboard where it was. */
export const show = (place, ...children) => {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : ''
  place.replaceChildren(...children.flat().filter(Boolean))
  if (focused !== '') document.getElementById(focused)?.focus()
}
