#!/usr/bin/env node
import { execute, settings } from '@oclif/core'

// TensorFlow's own log lines; set here because a worker thread sees only a copy of the environment
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'

// the built commands, whatever NODE_ENV says
settings.enableAutoTranspile = false
await execute({ dir: import.meta.url })
