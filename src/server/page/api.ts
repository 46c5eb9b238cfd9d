import type { z } from 'zod'
import type { FunnelTrace } from '../../funnel/trace.js'
import type * as answers from '../answers.js'
import { addressOf, type Query, type Route } from './routes.js'

type Answer<Name extends keyof typeof answers> = z.output<(typeof answers)[Name]>

export type User = Answer<'userAnswer'>
export type Item = Answer<'itemAnswer'>
export type Advertiser = Answer<'advertiserAnswer'>
export type Neighbours = Answer<'neighboursAnswer'>
export type Found = Answer<'searchAnswer'>
export type ItemMap = Answer<'mapAnswer'>
export type Runs = Answer<'runsAnswer'>
export type Experiments = Answer<'experimentsAnswer'>
export type Ads = Answer<'adsAnswer'>
export type Ad = Ads['ads'][number]
export type Trace = FunnelTrace

/** What is sent of an event. */
export interface SentEvent {
  type: string
  item?: string
  advertiser?: string
  domain?: string
  time?: string
}

/** An answer that is not a result, with what to try. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

async function ask<T>(address: string, init: RequestInit): Promise<T> {
  const response = await fetch(address, init)
  const body = (await response.json()) as T & { error?: { message: string; hint: string } }
  if (!response.ok)
    throw new Refused(body.error?.message ?? `The server says ${response.status}.`, body.error?.hint ?? '')
  return body
}

const get = <T>(signal: AbortSignal, ...to: [route: Route, id?: string, query?: Query]) =>
  ask<T>(addressOf(...to), { signal })

/** Who asks for ads: a user as stored, or a history. */
export type Question = ({ user: string } | { events: SentEvent[]; country?: string }) & { k: number }

export const api = {
  health: (signal: AbortSignal) => get<Answer<'healthAnswer'>>(signal, '/healthz'),
  search: (signal: AbortSignal, q: string, k: number) => get<Found>(signal, '/v1/search', '', { q, k }),
  map: (signal: AbortSignal, k: number, item: readonly string[]) => get<ItemMap>(signal, '/v1/map', '', { k, item }),
  runs: (signal: AbortSignal) => get<Runs>(signal, '/v1/runs'),
  experiments: (signal: AbortSignal) => get<Experiments>(signal, '/v1/experiments'),
  user: (signal: AbortSignal, id: string, events: number) => get<User>(signal, '/v1/users/{id}', id, { events }),
  item: (signal: AbortSignal, id: string) => get<Item>(signal, '/v1/items/{id}', id),
  neighbours: (signal: AbortSignal, id: string, k: number) =>
    get<Neighbours>(signal, '/v1/items/{id}/neighbours', id, { k }),
  advertiser: (signal: AbortSignal, id: string, k: number) =>
    get<Advertiser>(signal, '/v1/advertisers/{id}', id, { k }),
  ads(signal: AbortSignal, question: Question): Promise<Ads> {
    const { k, ...who } = question
    const body =
      'user' in who
        ? { user: who.user }
        : { events: who.events, ...(who.country !== undefined && { context: { country: who.country } }) }
    return ask<Ads>(addressOf('/v1/ads'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, k, trace: true }),
      signal,
    })
  },
}
