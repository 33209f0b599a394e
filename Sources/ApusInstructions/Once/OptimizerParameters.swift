/// An update of `count` parameters with gradient `g`, learning rate `r` and step `t` (1 for the first) from the arguments.
///
/// **adam**: `m = beta1·m + (1−beta1)·g`, `v = beta2·v + (1−beta2)·g²`,
/// `p = p − r·decay·p − r · (m / (1 − beta1^t)) / (sqrt(v / (1 − beta2^t)) + epsilon)`: Kingma and Ba (2015), algorithm 1;
/// with `decay` > 0 it is AdamW, Loshchilov and Hutter (2019), algorithm 2.
/// **momentum**: `g' = g + decay·p`, `u = beta1·u + g'`, `p = p − r·u`; with `nesterov` = 1, `p = p − r·(g' + beta1·u)`.
/// **movingAverage**: `a = d·a + (1−d)·p` with `d = min(beta1, (1 + t) / (10 + t))`.
///
/// Nothing is done behind a batch that isn't the last of its step.
///
/// `status` is two numbers: the first is set to a value that is not finite if any gradient or any new parameter isn't, and
/// left alone otherwise.
package struct OptimizerParameters: Sendable, Equatable, BitwiseCopyable {
    package var count: Int32
    package var nesterov: Int32 = 0
    package var beta1: Float = 0.9
    package var beta2: Float = 0.999
    package var epsilon: Float = 1e-8
    package var decay: Float = 0
    package init(count: Int) { self.count = Int32(count) }
}
