import ApusGraph

extension OperatorTable {
    static let microsoftLayers: [OperatorEntry] = [
        OperatorEntry("FusedConv", .microsoft) { node throws(NodeFailure) in try node.takeFusedConvolution() },
        OperatorEntry("Inverse", .microsoft) { node throws(NodeFailure) in
            try node.finish(Inverse(), node.input(0))
        },
        OperatorEntry("FusedMatMul", .microsoft) { node throws(NodeFailure) in try node.takeFusedProduct() },
        OperatorEntry("FusedGemm", .microsoft) { node throws(NodeFailure) in
            let sums = try node.generalProduct(try node.input(0), try node.input(1), try node.optionalInput(2))
            let numbers = [
                try node.optionalFloat("activation_alpha"), try node.optionalFloat("activation_beta"),
                try node.optionalFloat("activation_gamma"),
            ]
            let name = try node.string("activation", default: "")
            node.finish(try node.activated(sums, name, numbers.compactMap { $0 }))
        },
        OperatorEntry("Gelu", .microsoft) { node throws(NodeFailure) in try node.finish(Gelu(), node.input(0)) },
        OperatorEntry("BiasGelu", .microsoft) { node throws(NodeFailure) in
            try node.finish(Gelu(), try node.apply(Add(), try node.input(0), try node.input(1)))
        },
        OperatorEntry("FastGelu", .microsoft) { node throws(NodeFailure) in
            var x = try node.input(0)
            if let bias = try node.optionalInput(1) { x = try node.apply(Add(), x, bias) }
            try node.finish(Gelu(isApproximate: true), x)
        },
        OperatorEntry("QuickGelu", .microsoft) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1.702)
            try node.finish(QuickGelu(alpha: alpha), node.input(0))
        },
        OperatorEntry("RotaryEmbedding", .microsoft) { node throws(NodeFailure) in try node.takeOffsetRotation() },
    ]
}

extension NodeImport {
    fileprivate mutating func takeFusedConvolution() throws(NodeFailure) {
        var sums = try convolution(try input(0), try input(1), try optionalInput(2))
        if let addend = try optionalInput(3) { sums = try apply(Add(), sums, addend) }
        let name = try string("activation", default: "")
        finish(try activated(sums, name, try optionalFloats("activation_params") ?? []))
    }

    /// An activation by its name; numbers beyond those that are given are the usual ones.
    fileprivate mutating func activated(
        _ x: ValueID, _ name: String, _ numbers: [Double]
    ) throws(NodeFailure) -> ValueID {
        func number(_ index: Int, _ usual: Double) -> Double { index < numbers.count ? numbers[index] : usual }
        switch name {
        case "": return x
        case "Relu": return try apply(Relu(), x)
        case "Tanh": return try apply(Tanh(), x)
        case "Sigmoid": return try apply(Sigmoid(), x)
        case "LeakyRelu": return try apply(LeakyRelu(slope: number(0, 0.01)), x)
        case "HardSigmoid": return try apply(HardSigmoid(alpha: number(0, 0.2), beta: number(1, 0.5)), x)
        case "Clip": return try apply(Clip(minimum: number(0, -.infinity), maximum: number(1, .infinity)), x)
        default: throw failure("the activation '\(name)' is not known here")
        }
    }

    fileprivate mutating func takeFusedProduct() throws(NodeFailure) {
        let alpha = try float("alpha", default: 1)
        guard try !flag("transBatchA"), try !flag("transBatchB") else {
            throw failure("'transBatchA' and 'transBatchB' are not computed")
        }
        let operation = MatMul(transposeA: try flag("transA"), transposeB: try flag("transB"))
        let (a, b) = (try input(0), try input(1))
        guard !(operation.transposeA || operation.transposeB) || rank(a) > 1 && rank(b) > 1 else {
            throw failure("transposes a value of one dimension")
        }
        let result = try product(a, b, operation)
        finish(alpha == 1 ? result : try apply(Multiply(), result, try scalar(alpha, like: result)))
    }

    /// Heads turned by their places: those of each token, or one for the first token of all samples.
    fileprivate mutating func takeOffsetRotation() throws(NodeFailure) {
        let x = try input(0)
        try require("is_packed_batching", is: 0)
        guard try float("scale", default: 1) == 1 else { throw failure("'scale' is not 1") }
        let tables = (try single(try input(2)), try single(try input(3)))
        var places = try input(1)
        let time = rank(x) == 4 ? 2 : 1
        if rank(places) == 1, rank(x) > time {
            let numbers = try apply(NumberRange(count: type(x).dimensions[time]))
            places = try apply(Unsqueeze(axes: [0]), try apply(Add(), numbers, try apply(Cast(to: .i64), places)))
        }
        let size = try int("rotary_embedding_dim", default: 0)
        let rotary = Rotary(
            cosines: try apply(Gather(), tables.0, places), sines: try apply(Gather(), tables.1, places), size: size,
            isInterleaved: try flag("interleaved"))
        var heads = try int("num_heads", default: 0)
        if heads == 0, rank(x) == 3, size == 0 {
            let width = try numbers([try dimension(2, of: x), try dimension(1, of: tables.0)], "a width")
            heads = width[0] / max(2 * width[1], 1)
        }
        finish(try rotated(x, rotary, heads: heads))
    }
}
