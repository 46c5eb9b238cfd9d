import { advertiserModel } from './advertiser-model.js'
import { categoryAffinity } from './category-affinity.js'
import { coVisitation } from './co-visitation.js'
import type { GeneratorType } from './generator.js'
import { itemModel } from './item-model.js'
import { nearestUsers } from './nearest-users.js'
import { ownRepeats } from './own-repeats.js'
import { popular } from './popular.js'

/** Every generator, in the order in which they run: what is late is left out from the end. */
export const GENERATORS: readonly GeneratorType[] = [
  advertiserModel,
  itemModel,
  ownRepeats,
  nearestUsers,
  coVisitation,
  categoryAffinity,
  popular,
]
