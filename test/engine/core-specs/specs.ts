/** Spec files of tfjs-core (dist/ops/NAME_test.js) about kernels that the tracer has. */
export const SPEC_FILES: readonly string[] = [
  'abs', 'add', 'add_n', 'all', 'any', 'arg_max', 'arg_min', 'arithmetic', 'binary_ops', 'broadcast_to', 'ceil', 'clip_by_value', 'clone', 'concat', 'cos', 'cumsum',
  'elu', 'equal', 'erf', 'exp', 'expand_dims', 'expm1', 'fill', 'floor', 'floordiv', 'gather', 'greater', 'greater_equal', 'is_nan', 'leaky_relu', 'less', 'less_equal', 'log', 'log1p',
  'log_softmax', 'log_sum_exp', 'logical_and', 'logical_not', 'logical_or', 'mat_mul', 'max', 'mean', 'min', 'moments', 'neg', 'not_equal', 'one_hot', 'ones', 'ones_like', 'pad', 'range',
  'reciprocal', 'relu', 'reverse', 'reverse_1d', 'reverse_2d', 'reverse_3d', 'reverse_4d', 'round', 'rsqrt', 'sigmoid', 'sign', 'sin', 'slice', 'slice1d', 'slice2d', 'slice3d', 'slice4d',
  'softmax', 'softplus', 'split', 'sqrt', 'square', 'stack', 'step', 'sub', 'sum', 'tanh', 'tile', 'topk', 'transpose', 'unsorted_segment_sum', 'unstack', 'where', 'zeros', 'zeros_like',
]

const COMPLEX = 'complex numbers are not traced'
const STRING = 'strings are not traced'
const NAN = 'ONNX Runtime treats NaN in this operator in its own way'
const LATER = 'the index is checked when the program runs, not when it is traced'

/** Specs that are left out, each with its reason. */
export const EXCLUDED: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/complex/i, COMPLEX],
  [/^(add|sub) .*upcasts when dtypes dont match/, COMPLEX],
  [/^(?!.*throws (error )?for string).*string/i, STRING],
  [/^prelu /, 'a kernel that the tracer does not have'],
  [/^mod /, 'a kernel that the tracer does not have'],
  [/^atan2 /, 'a kernel that the tracer does not have'],
  [/^gather .*batch ?Dims/i, 'gather with batch dimensions is not traced'],
  [/^gather .*throws when index is out of bound/, LATER],
  [/^arg(max|min) .*ignores NaNs/, NAN],
  [/^(max|min) .*return NaNs/, NAN],
  [/^sign .*(basic|does not propagate NaNs|accepts a tensor-like object)/, NAN],
  [/^step kernel .*(with 1d tensor and alpha|propagates NaNs)/, NAN],
  [/^exp .*int32/, 'expects more digits than float32 has'],
]
