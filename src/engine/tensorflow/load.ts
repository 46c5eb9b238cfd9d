import * as tf from '@tensorflow/tfjs-core'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { UserError } from '../../core/errors.js'
import { registerGradients } from '../gradients.js'
import { TFJS_VERSION, readLink, tensorflowHome } from './home.js'

/** What is used of tfjs-node's backend. */
export interface TensorflowBackend {
  isUsingGpuDevice: boolean
  binding: { TF_Version: string }
}

const FIX =
  'Run `adseq engine link --tensorflow <site-packages>` with the folder that `pip install tensorflow` (with a ' +
  "GPU: 'tensorflow[and-cuda]') filled."

/**
 * Loads tfjs-node from a home and registers its backend with the tfjs engine that adseq uses, too.
 * The active backend stays what it was.
 * @throws UserError when it is not linked, or what it was linked to is gone
 */
export function loadTensorflow(home = tensorflowHome()): TensorflowBackend {
  const link = readLink(home)
  if (!link) throw new UserError('The tensorflow engine is not linked.', FIX)
  if (!existsSync(join(link.sitePackages, 'tensorflow')))
    throw new UserError(`The TensorFlow that was linked is gone from ${link.sitePackages}.`, FIX)
  if (link.tfjsNode !== TFJS_VERSION)
    throw new UserError(
      `The tensorflow engine was linked with tfjs-node ${link.tfjsNode}, this adseq needs ${TFJS_VERSION}.`,
      FIX,
    )
  return loadAddon(home)
}

/** Loads the addon in a home, linked or about to be. @throws UserError when it cannot be loaded */
export function loadAddon(home: string): TensorflowBackend {
  mendUtil()
  // without this the second copy of tfjs-core warns about every kernel that is there already
  tf.env().set('PROD', true)
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  const before = tf.getBackend()
  try {
    createRequire(join(home, 'package.json'))('@tensorflow/tfjs-node')
  } catch (error) {
    throw new UserError(
      'The tensorflow engine cannot be loaded: ' +
        `${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`,
      FIX,
    )
  }
  // tfjs-node brings tfjs' own gradients along
  registerGradients()
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend | null
  if (before) void tf.setBackend(before)
  if (!backend) throw new UserError('tfjs-node registered no tensorflow backend.', FIX)
  return backend
}

/** Node 23 dropped two functions of util that tfjs-node 4.22.0 calls. */
function mendUtil(): void {
  const functions = util as unknown as Record<string, unknown>
  functions.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined
  functions.isArray ??= Array.isArray
}
