/** Codes of event types as stored; conversions alone are positives. */
export const EVENT_TYPES = ['view', 'add_to_cart', 'checkout', 'signup', 'click', 'search'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Codes of domains as stored: advertisers' sites and apps, or the platform itself. */
export const DOMAINS = ['offsite', 'onsite'] as const
export type Domain = (typeof DOMAINS)[number]
