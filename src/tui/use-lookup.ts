import { useCallback, useEffect, useRef, useState } from 'react'
import { UserError } from '../core/errors.js'
import type { UserView } from '../inspect/types.js'
import type { Lookup, OpenLookup } from '../inspect/lookup.js'

export interface LookupState {
  /** what it is busy with, to be said beside a spinner */
  busy?: string
  error?: { message: string; hint: string }
  view?: UserView
  show: (externalId: string) => void
  random: () => void
}

/**
 * The user on show. Data and models are opened when the screen is first needed and again when another run is asked
 * for; of two requests under way the later one wins.
 */
export function useLookup(
  open: OpenLookup,
  runs: { item?: string; advertiser?: string },
  wanted: boolean,
  firstDraw: number,
): LookupState {
  const [state, setState] = useState<Pick<LookupState, 'busy' | 'error' | 'view'>>({})
  const lookup = useRef<Promise<Lookup> | undefined>(undefined)
  const request = useRef(0)
  const draw = useRef(firstDraw)
  const user = useRef<string | undefined>(undefined)

  const ask = useCallback((busy: string, work: (lookup: Lookup) => Promise<UserView>) => {
    const opened = lookup.current
    if (opened === undefined) return
    const mine = ++request.current
    setState((now) => ({ view: now.view, busy }))
    opened.then(work).then(
      (view) => {
        if (mine !== request.current) return
        user.current = view.user
        setState({ view })
      },
      (error: Error) => {
        if (mine === request.current)
          setState((now) => ({
            view: now.view,
            error: { message: error.message, hint: error instanceof UserError ? error.hint : '' },
          }))
      },
    )
  }, [])

  const show = useCallback(
    (externalId: string) => {
      // asked for before the data is opened: it is what is shown first
      if (lookup.current === undefined) user.current = externalId
      ask(`looking up user ${externalId}…`, (l) => l.user(externalId))
    },
    [ask],
  )
  const random = useCallback(() => ask('drawing a user…', async (l) => l.user(await l.random(draw.current++))), [ask])

  const { item, advertiser } = runs
  useEffect(() => {
    if (!wanted) return
    const opened = open({ item, advertiser })
    opened.catch(() => undefined)
    lookup.current = opened
    ask('loading the data and the models…', async (l) => l.user(user.current ?? (await l.random(draw.current++))))
    return () => {
      lookup.current = undefined
      void opened.then((l) => l.close()).catch(() => undefined)
    }
  }, [open, item, advertiser, wanted, ask])

  return { ...state, show, random }
}
