import { ownText } from '../../core/own-text.js'
import type { BulkWriter, ItemFields } from '../../store/writer.js'
import type { EventDraft, EventWriter } from './sink.js'

/** What names of a batch are of. */
const TABLES = ['user', 'item', 'advertiser'] as const
type Table = (typeof TABLES)[number]
/** Names kept a table: with more, numbering begins anew, so that memory is bounded. */
const KEEP = 200_000

/** Events as numbers and the names that the numbers stand for, to be sent to another thread. */
export interface EventBatch {
  length: number
  /** [length] numbers of names; -1 = none */
  user: Int32Array
  item: Int32Array
  advertiser: Int32Array
  /** [length] type + 16 * domain */
  kind: Uint8Array
  /** [length] unix seconds */
  time: Uint32Array
  /** numbering begins at 0 again with this batch */
  anew: boolean
  /** names that get the next numbers */
  names: Record<Table, string[]>
  /** of each new item: what the event that named it says of it */
  about: (Omit<ItemFields, 'advertiser'> | undefined)[]
}

/** Numbers names and gathers events into batches. */
export class BatchMaker {
  private readonly numbers: Record<Table, Map<string, number>> = {
    user: new Map(),
    item: new Map(),
    advertiser: new Map(),
  }
  private batch: EventBatch

  /** @param size events that a batch has room for at first @param keep names kept a table */
  constructor(
    private readonly size: number,
    private readonly keep = KEEP,
  ) {
    this.batch = emptyBatch(size, true)
  }

  add({ user, item, advertiser, type, domain, time, category, price, title }: EventDraft): void {
    if (this.batch.length === this.batch.time.length) this.batch = grown(this.batch)
    const { batch } = this
    const i = batch.length++
    const items = batch.names.item.length
    batch.advertiser[i] = advertiser === '' ? -1 : this.number('advertiser', advertiser)
    batch.item[i] = item === '' ? -1 : this.number('item', item)
    batch.user[i] = this.number('user', user)
    batch.kind[i] = type + 16 * domain
    batch.time[i] = time
    if (batch.names.item.length > items)
      batch.about.push(
        category === undefined && price === undefined && title === undefined ? undefined : { category, price, title },
      )
  }

  /** Gives what was gathered, and begins the next batch. */
  take(): EventBatch {
    const { batch, numbers } = this
    const anew = TABLES.some((table) => numbers[table].size > this.keep)
    if (anew) for (const table of TABLES) numbers[table].clear()
    this.batch = emptyBatch(this.size, anew)
    return batch
  }

  private number(table: Table, name: string): number {
    const known = this.numbers[table].get(name)
    if (known !== undefined) return known
    const own = ownText(name)
    const number = this.numbers[table].size
    this.numbers[table].set(own, number)
    this.batch.names[table].push(own)
    return number
  }
}

/** Writes batches in the order in which they were made: what a sink would have written event by event. */
export class BatchWriter {
  /** number -> name, and id once it was used */
  private readonly names: Record<Table, string[]> = { user: [], item: [], advertiser: [] }
  private readonly ids: Record<Table, number[]> = { user: [], item: [], advertiser: [] }
  private about: EventBatch['about'] = []

  /** @param events where events go, when not to the writer as they are */
  constructor(
    private readonly writer: BulkWriter,
    private readonly events: EventWriter = writer,
  ) {}

  write(batch: EventBatch): void {
    const { events } = this
    if (batch.anew) this.forget()
    for (const table of TABLES) for (const name of batch.names[table]) this.names[table].push(name)
    for (const about of batch.about) this.about.push(about)
    for (let i = 0; i < batch.length; i++) {
      const advertiser = batch.advertiser[i] < 0 ? 0 : this.id('advertiser', batch.advertiser[i])
      const item = batch.item[i] < 0 ? 0 : this.item(batch.item[i], advertiser)
      const user = this.id('user', batch.user[i])
      events.event({
        user,
        item,
        advertiser,
        type: batch.kind[i] & 15,
        domain: batch.kind[i] >> 4,
        time: batch.time[i],
      })
    }
  }

  private id(table: 'user' | 'advertiser', number: number): number {
    return (this.ids[table][number] ??= this.writer[table](this.names[table][number]))
  }

  private item(number: number, advertiser: number): number {
    const known = this.ids.item[number]
    if (known !== undefined) return known
    const about = this.about[number]
    this.about[number] = undefined
    return (this.ids.item[number] = this.writer.item(
      this.names.item[number],
      about || advertiser > 0 ? { advertiser: advertiser || undefined, ...about } : undefined,
    ))
  }

  private forget(): void {
    for (const table of TABLES) {
      this.names[table] = []
      this.ids[table] = []
    }
    this.about = []
  }
}

function emptyBatch(size: number, anew: boolean): EventBatch {
  return {
    length: 0,
    user: new Int32Array(size),
    item: new Int32Array(size),
    advertiser: new Int32Array(size),
    kind: new Uint8Array(size),
    time: new Uint32Array(size),
    anew,
    names: { user: [], item: [], advertiser: [] },
    about: [],
  }
}

/** The same batch with room for twice as many events. */
function grown(batch: EventBatch): EventBatch {
  const larger = emptyBatch(batch.length * 2, batch.anew)
  for (const column of ['user', 'item', 'advertiser', 'kind', 'time'] as const) larger[column].set(batch[column])
  return { ...larger, length: batch.length, names: batch.names, about: batch.about }
}
