import { api, type Found } from './api.js'
import { AskerView, say } from './asker.js'
import { count, h, part, to } from './dom.js'
import { pastView } from './past.js'
import { EditedHistory } from './history.js'
import { mapView } from './map.js'
import { advertiserView, itemView, type ToHistory } from './look.js'

/** Milliseconds without a key until what is typed is looked for. */
const PAUSE = 150
const LISTED = 8
/** Latest events of a user that are asked for: as many as a request for ads takes. */
const EVENTS = 1000

const main = part('main')
const input = part<HTMLInputElement>('q')
const found = part('found')

/** The history that is edited, kept while items are looked at. */
let asker: { view: AskerView; name: string } | undefined
let showing = new AbortController()

/** Shows what the address names: #user=u17, #item=i5, #advertiser=a1, #history, #map, #runs, or the beginning. */
async function show(): Promise<void> {
  const [, kind = '', id = ''] = /^#(\w*)=?(.*)$/.exec(location.hash) ?? []
  // the link over the search, past it
  if (kind === 'main') return main.focus()
  showing.abort()
  showing = new AbortController()
  const { signal } = showing
  found.hidden = true
  try {
    const view = await viewOf(signal, kind, decodeURIComponent(id))
    if (signal.aborted) return
    main.replaceChildren(view)
    for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a'))
      if (link.hash === (kind === '' ? '' : `#${kind}`)) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    document.title = `${main.querySelector('h1')?.textContent ?? 'adseq'} · adseq`
    // who comes by a link reads on from here; at the start the search has the focus
    if (kind !== '') main.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  } catch (error) {
    if (!signal.aborted) say(main, error)
  }
}

async function viewOf(signal: AbortSignal, kind: string, id: string): Promise<HTMLElement> {
  switch (kind) {
    case 'user': {
      if (asker?.name === id) return asker.view.element
      const user = await api.user(signal, id, EVENTS)
      return ask(id, new AskerView(new EditedHistory(user.latest), user))
    }
    case 'history':
      return asker?.name === '' ? asker.view.element : ask('', new AskerView(new EditedHistory()))
    case 'item':
      return itemView(signal, id, toHistory())
    case 'advertiser':
      return advertiserView(signal, id)
    case 'map':
      return mapView(signal, asker?.view.marked)
    case 'runs':
      return pastView(signal)
    default:
      return beginning(await api.search(signal, '', LISTED))
  }
}

function ask(name: string, view: AskerView): HTMLElement {
  asker?.view.leave()
  asker = { name, view }
  return view.element
}

/** Adds to the history that is edited, or begins one. */
function toHistory(): ToHistory {
  return {
    label: asker
      ? asker.name === ''
        ? 'Add to your history'
        : `Add to the history of ${asker.name}`
      : 'Begin a history',
    add(type, item, title) {
      if (!asker) ask('', new AskerView(new EditedHistory()))
      asker!.view.add(type, item, title)
      location.hash = asker!.name === '' ? '#history' : `#user=${encodeURIComponent(asker!.name)}`
    },
  }
}

function beginning(first: Found): HTMLElement {
  return h(
    'div',
    {},
    h('h1', {}, 'Look at what is served'),
    h(
      'p',
      {},
      'Choose a user and see their history, the ads that are found for them, and how each stage chose them. Leave an ' +
        'event out or add an item, and see the ads move. Nothing here changes what is stored.',
    ),
    h('p', {}, h('a', { href: '#history' }, 'Or make up a history of your own.')),
    ...listsOf(first),
  )
}

const listsOf = ({ users, items, advertisers }: Found): HTMLElement[] =>
  (
    [
      ['Users', users.map(({ user }) => to('user', user))],
      ['Items', items.map(({ item, title }) => to('item', item, title))],
      ['Advertisers', advertisers.map(({ advertiser, name }) => to('advertiser', advertiser, name))],
    ] as const
  )
    .filter(([, links]) => links.length > 0)
    .map(([title, links]) =>
      h('div', {}, h('h2', {}, title), h('ul', { class: 'links' }, ...links.map((a) => h('li', {}, a)))),
    )

let typing: ReturnType<typeof setTimeout> | undefined
let looking = new AbortController()

function look(): void {
  clearTimeout(typing)
  looking.abort()
  const q = input.value.trim()
  if (q === '') {
    found.hidden = true
    return
  }
  looking = new AbortController()
  const { signal } = looking
  typing = setTimeout(async () => {
    try {
      const lists = listsOf(await api.search(signal, q, LISTED))
      found.replaceChildren(
        ...(lists.length > 0 ? lists : [h('p', {}, `Nothing has "${q}" in its id, title or name.`)]),
      )
      part('said').textContent = `${count(found.querySelectorAll('a').length)} found`
    } catch (error) {
      if (signal.aborted) return
      say(found, error)
    }
    found.hidden = false
  }, PAUSE)
}

input.addEventListener('input', look)
part('search').addEventListener('submit', (event) => {
  event.preventDefault()
  found.querySelector('a')?.click()
})
part('search').addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') found.querySelector('a')?.focus()
  else if (event.key === 'Escape') input.value = ''
  else return
  event.preventDefault()
  if (event.key === 'Escape') look()
})
found.addEventListener('keydown', (event) => {
  const links = [...found.querySelectorAll('a')]
  const at = links.indexOf(document.activeElement as HTMLAnchorElement)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (event.key === 'Escape' || (step === -1 && at === 0)) input.focus()
  else if (step !== undefined) links[Math.min(links.length - 1, at + step)]?.focus()
  else return
  if (event.key === 'Escape') found.hidden = true
  event.preventDefault()
})
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || document.activeElement?.matches('input, select, textarea')) return
  event.preventDefault()
  input.focus()
})
window.addEventListener('hashchange', () => void show())

void api
  .health(new AbortController().signal)
  .then(({ generation, users, items, advertisers }) => {
    part('generation').textContent =
      `${generation}: ${count(users)} users, ${count(items)} items, ${count(advertisers)} advertisers`
  })
  .catch((error: unknown) => say(part('generation'), error))
void show()
