import ApusGraph

/// A dense layer with its activation.
struct FusedDenseRule: OperatorRule, ForwardDenseRule {
    let fused: FusedDense

    init(_ operation: FusedDense) { fused = operation }

    var fusedOperators: [String] {
        [Dense.name] + (fused.dense.bias ? ["bias"] : []) + fused.activation.operatorNames
    }
}
