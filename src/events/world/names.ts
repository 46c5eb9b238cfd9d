import { Rng } from '../../core/rng.js'

const FIRST = (
  'Alder Amber Ash Beacon Birch Bramble Brook Calm Cedar Cinder Clover Cobalt Copper Coral Dune Ember Fern Flint ' +
  'Fox Gable Granite Harbour Hazel Heron Indigo Ivory Juniper Kite Lark Linden Lumen Maple Marble Meadow Mill ' +
  'Moss North Nova Oak Onyx Opal Orchard Otter Pebble Pine Plum Quill Raven Reed Ridge River Rowan Sable Sage ' +
  'Slate Sparrow Stone Summit Thistle Tidal Umber Vale Velvet Willow'
).split(' ')
const SECOND = (
  '& Co|& Daughters|& ' +
  'Sons|Collective|Company|Depot|Direct|Goods|Guild|House|Lane|Makers|Market|Outfitters|Post|Row|Supply|Studio|Trading|Works|Workshop|Yard'
).split('|')
const QUALITY = [
  'Budget Simple Everyday Basic Handy Compact Starter Plain Value Easy'.split(' '),
  'Classic Reliable Modern Comfort Practical Sturdy Smart Family Standard City'.split(' '),
  'Premium Handmade Signature Deluxe Master Heritage Professional Fine Select Grand'.split(' '),
]
const COLOUR = (
  'black blue brown charcoal copper cream forest graphite green grey indigo ivory natural navy ochre olive red ' +
  'rose rust sand silver slate teal white yellow'
).split(' ')

/** A readable name for advertiser `a`: distinct for the first 1,400 or so, numbered after that. */
export function advertiserName(seed: number, a: number): string {
  const names = FIRST.length * SECOND.length
  // a step that shares no factor with the number of names visits every name once before any comes again
  const start = new Rng(seed, 0x6e616d65).int(names)
  const at = (start + (a % names) * 599) % names
  const name = `${FIRST[at % FIRST.length]} ${SECOND[Math.floor(at / FIRST.length)]}`
  return a < names ? name : `${name} ${Math.floor(a / names) + 1}`
}

/**
 * A readable title: advertiser's first word, a word for the price tier (0 to 2), the noun, a colour, a model number.
 */
export function itemTitle(rng: Rng, advertiser: string, tier: number, noun: string): string {
  const quality = QUALITY[tier]
  return (
    `${advertiser.split(' ')[0]} ${quality[rng.int(quality.length)]} ${noun}, ${COLOUR[rng.int(COLOUR.length)]}, ` +
    `no. ${100 + rng.int(900)}`
  )
}
