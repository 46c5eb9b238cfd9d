import './gradients/elementwise.js'
import './gradients/matmul.js'
import './gradients/reduce.js'
import './gradients/shape.js'
import { registerAll } from './gradients/define.js'

/*
 * tfjs-core's bundle for Node registers no gradients, and its files with them cannot be imported by Node. These are
 * the gradients of the kernels that adseq traces. Importing this module registers them; every module that takes
 * gradients imports it.
 */
registerAll()

/** Puts adseq's gradients in place again, after another package has registered its own. */
export const registerGradients = registerAll
