/**
 * The one score kernel of evaluation, validation and exact search: ranks and top lists over rows of dense scores, with
 * ties and non-finite scores treated alike everywhere.
 */
export { RankCounter } from './rank-counter.js'
export { TopK } from './top-k.js'
