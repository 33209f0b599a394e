/// Reductions, normalizations and losses. Their attributes are explained in the language reference; no axes are all axes.
extension GraphBuilder {
    public mutating func reduceSum(
        _ x: ValueID, axes: [Int] = [], keep: Bool = false, name: String? = nil
    ) -> ValueID {
        call(ReduceSum(axes: axes, keep: keep), [x], name)
    }

    public mutating func reduceMean(
        _ x: ValueID, axes: [Int] = [], keep: Bool = false, name: String? = nil
    ) -> ValueID {
        call(ReduceMean(axes: axes, keep: keep), [x], name)
    }

    public mutating func reduceMax(
        _ x: ValueID, axes: [Int] = [], keep: Bool = false, name: String? = nil
    ) -> ValueID {
        call(ReduceMax(axes: axes, keep: keep), [x], name)
    }

    public mutating func reduceMin(
        _ x: ValueID, axes: [Int] = [], keep: Bool = false, name: String? = nil
    ) -> ValueID {
        call(ReduceMin(axes: axes, keep: keep), [x], name)
    }

    public mutating func argMax(_ x: ValueID, axis: Int = -1, keep: Bool = false, name: String? = nil) -> ValueID {
        call(ArgMax(axis: axis, keep: keep), [x], name)
    }

    public mutating func oneHot(_ indices: ValueID, depth: Int, axis: Int = -1, name: String? = nil) -> ValueID {
        call(OneHot(depth: depth, axis: axis), [indices], name)
    }

    public mutating func layerNorm(
        _ x: ValueID, parameters: [ValueID] = [], axis: Int = -1, epsilon: Double = 1e-5, name: String? = nil
    ) -> ValueID {
        call(LayerNorm(axis: axis, epsilon: epsilon), [x] + parameters, name)
    }

    public mutating func rmsNorm(
        _ x: ValueID, parameters: [ValueID] = [], axis: Int = -1, epsilon: Double = 1e-5, name: String? = nil
    ) -> ValueID {
        call(RootMeanSquareNorm(axis: axis, epsilon: epsilon), [x] + parameters, name)
    }

    public mutating func groupNorm(
        _ x: ValueID, parameters: [ValueID] = [], groups: Int, epsilon: Double = 1e-5, name: String? = nil
    ) -> ValueID {
        call(GroupNorm(groups: groups, epsilon: epsilon), [x] + parameters, name)
    }

    public mutating func instanceNorm(
        _ x: ValueID, parameters: [ValueID] = [], epsilon: Double = 1e-5, name: String? = nil
    ) -> ValueID {
        call(InstanceNorm(epsilon: epsilon), [x] + parameters, name)
    }

    public mutating func meanSquaredError(_ x: ValueID, targets: ValueID, name: String? = nil) -> ValueID {
        call(MeanSquaredError(), [x, targets], name)
    }

    public mutating func binaryCrossEntropyWithLogits(
        _ logits: ValueID, targets: ValueID, name: String? = nil
    ) -> ValueID {
        call(BinaryCrossEntropyWithLogits(), [logits, targets], name)
    }
}
