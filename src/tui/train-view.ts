// first: what comes after it imports React
import './production.js'

export { REDRAW_MS, renderTraining, type TrainViewOptions } from './render-training.js'
