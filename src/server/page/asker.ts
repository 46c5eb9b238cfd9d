import { adsView } from './ads.js'
import { api, type Ads, type User } from './api.js'
import { count, h, part, plural, to } from './dom.js'
import { funnelView, summary } from './funnel.js'
import type { EditedHistory, Told } from './history.js'
import type { Marked } from './map.js'

/** Ads that are asked for. */
const K = 20
/** Latest events of a history whose items are marked on the map. */
const MARKED = 50
const TYPES = ['view', 'add_to_cart', 'checkout', 'click']

/** A user, or a history that somebody made up, with the ads found for it: edited on the left, ads on the right. */
export class AskerView {
  readonly element: HTMLElement
  private readonly list = h('ol', { class: 'list events' })
  private readonly state = h('p', { class: 'soft' })
  private readonly undo = h(
    'button',
    { type: 'button', click: () => this.change(() => this.history.reset()) },
    'Undo all',
  )
  private readonly ads = h('div', {}, h('p', { class: 'soft' }, 'Asking …'))
  private readonly funnel = h('div')
  private before: Ads | undefined
  private found: Ads | undefined
  private asking = new AbortController()

  constructor(
    private readonly history: EditedHistory,
    private readonly user?: User,
  ) {
    const type = h('select', { id: 'add-type' }, ...TYPES.map((name) => h('option', {}, name)))
    const known = h('datalist', { id: 'add-known' })
    const item = h('input', {
      id: 'add-item',
      list: 'add-known',
      autocomplete: 'off',
      placeholder: 'id, or words',
      required: true,
      input: () => void offer(known, item.value),
    })
    const form = h(
      'form',
      {
        class: 'add',
        submit: (event) => {
          event.preventDefault()
          void this.addById(type.value, item.value.trim()).then((added) => added && (item.value = ''))
        },
      },
      h('label', { for: 'add-type' }, 'Add'),
      type,
      h('label', { for: 'add-item' }, 'of item'),
      item,
      known,
      h('button', {}, 'Add'),
    )
    this.element = h(
      'div',
      {},
      h('h1', {}, user ? `User ${user.user}` : 'A history of your own'),
      user && h('p', { class: 'soft' }, aboutUser(user)),
      h(
        'div',
        { class: 'two' },
        h(
          'section',
          { 'aria-labelledby': 'history-title' },
          h('h2', { id: 'history-title' }, 'History'),
          this.state,
          form,
          this.undo,
          this.list,
        ),
        h('section', { 'aria-labelledby': 'ads-title' }, h('h2', { id: 'ads-title' }, 'Ads'), this.ads),
      ),
      this.funnel,
    )
    this.draw()
    void this.ask()
  }

  /** Puts an event about an item before all others. */
  add(type: string, item: string, title: string | null): void {
    this.change(() => this.history.add(type, item, title))
  }

  /** The items of the history as it is edited, latest first, and of the ads that were found last. */
  get marked(): Marked {
    const items = (of: readonly { item?: string }[]): string[] => of.flatMap(({ item }) => item ?? [])
    return {
      name: this.user ? `user ${this.user.user}` : 'your history',
      history: items(this.history.events.filter(({ out }) => !out)).slice(0, MARKED),
      ads: items(this.found?.ads ?? []),
    }
  }

  /** Ends what is under way. */
  leave(): void {
    this.asking.abort()
  }

  private async addById(type: string, id: string): Promise<boolean> {
    try {
      const item = await api.item(new AbortController().signal, id)
      this.add(type, item.item, item.title)
      return true
    } catch (error) {
      say(this.ads, error)
      return false
    }
  }

  private change(edit: () => void): void {
    edit()
    this.draw()
    void this.ask()
  }

  private draw(): void {
    const { events, edited } = this.history
    this.list.replaceChildren(...events.map((event) => this.row(event)))
    const shown = this.user && this.user.events > events.length ? `, the latest of ${count(this.user.events)}` : ''
    this.state.textContent = edited
      ? 'Edited: beside each ad stands how it moved.'
      : `${plural(events.length, 'event')}${shown}, latest first. Leave one out or add one, and see the ads move.`
    this.undo.hidden = !edited
  }

  private row(event: Told): HTMLElement {
    const { type, item, advertiser, title, time, out, added } = event
    const what = title ?? 'nothing'
    return h(
      'li',
      { class: out ? 'out' : added ? 'new' : undefined },
      h(
        'span',
        {},
        time === undefined ? 'now' : time.slice(0, 16).replace('T', ' '),
        h('small', {}, type.replaceAll('_', ' ')),
      ),
      item !== undefined
        ? to('item', item, what)
        : advertiser !== undefined
          ? to('advertiser', advertiser, what)
          : h('span', {}, what),
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': out ? 'true' : 'false',
          'aria-label': `${out ? 'Put back' : 'Leave out'}: ${type} ${what}`,
          click: () => {
            const place = this.history.events.indexOf(event)
            this.change(() => this.history.toggle(event))
            // the list was drawn anew: the focus stays at its place
            this.list.querySelectorAll('button')[Math.min(place, this.history.events.length - 1)]?.focus()
          },
        },
        out ? 'put back' : 'leave out',
      ),
    )
  }

  /** Asks for the ads of what stands there; what was asked before is given up. */
  private async ask(): Promise<void> {
    this.asking.abort()
    this.asking = new AbortController()
    const { signal } = this.asking
    const { history, user } = this
    const country = user?.attributes.country === undefined ? undefined : String(user.attributes.country)
    const of = (stored: boolean) => ({ events: history.sent(stored), country, k: K })
    try {
      if (!history.edited && !user) {
        this.ads.replaceChildren(h('p', {}, 'Add an item to begin.'))
        return
      }
      if (history.edited && history.sent().length === 0) {
        this.ads.replaceChildren(h('p', {}, 'Nothing is left of the history.'))
        this.funnel.replaceChildren()
        return
      }
      this.ads.setAttribute('aria-busy', 'true')
      // both sides of a comparison are histories that are sent, so that they differ in the edits alone
      const compared = history.edited && history.sent(true).length > 0
      const before = compared ? (this.before ?? (await api.ads(signal, of(true)))) : undefined
      const found = await api.ads(signal, history.edited || !user ? of(false) : { user: user.user, k: K })
      // where a generator was late it is asked again next time
      if (before?.degraded.length === 0) this.before = before
      this.found = found
      this.ads.replaceChildren(adsView(found, before))
      this.funnel.replaceChildren(funnelView(found))
      part('said').textContent = summary(found)
    } catch (error) {
      if (!signal.aborted) say(this.ads, error)
    } finally {
      if (!signal.aborted) this.ads.removeAttribute('aria-busy')
    }
  }
}

function aboutUser({ attributes, served }: User): string {
  const told = Object.entries(attributes).map(([name, value]) => `${name} ${value}`)
  const known = served
    ? `the generation knows ${plural(served.events, 'event')}`
    : 'the generation knows nothing of them'
  return [...told, known].join(' · ')
}

let offered = new AbortController()

/** Items that fit what is typed, for the browser to offer; the last question alone counts. */
async function offer(known: HTMLDataListElement, typed: string): Promise<void> {
  offered.abort()
  offered = new AbortController()
  const { signal } = offered
  try {
    const { items } = await api.search(signal, typed, 10)
    known.replaceChildren(...items.map(({ item, title }) => h('option', { value: item }, title)))
  } catch {
    // what is typed is looked up when it is sent: then it is said
    known.replaceChildren()
  }
}

/** Says what went wrong, in the place of what was asked for. */
export function say(place: HTMLElement, error: unknown): void {
  const hint = error instanceof Error && 'hint' in error ? String(error.hint) : ''
  place.replaceChildren(h('p', { role: 'alert', class: 'alert' }, (error as Error).message, ' ', hint))
}
