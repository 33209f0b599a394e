import ApusGraph

extension OperatorTable {
    static let normalizations: [OperatorEntry] = [
        OperatorEntry("BatchNormalization", since: 7) { node throws(NodeFailure) in
            guard node.outputCount <= 1 else {
                throw node.failure("asks for the statistics of the batch, which training computes by itself")
            }
            guard try node.flag("spatial", default: true) else {
                throw node.failure("'spatial' is 0: statistics of each place are not computed")
            }
            try node.takeBatchNormalization()
        },
        OperatorEntry("BatchNormalization", since: 14) { node throws(NodeFailure) in
            if try node.flag("training_mode") {
                try node.takeBatchStatistics()
            } else {
                try node.takeBatchNormalization()
            }
        },
        OperatorEntry("InstanceNormalization") { node throws(NodeFailure) in
            let epsilon = try node.epsilon()
            try node.normalize(InstanceNorm(epsilon: epsilon), operands: 3)
        },
        OperatorEntry("GroupNormalization", since: 18) { node throws(NodeFailure) in
            try node.takeGroupNormalization(isPerGroup: true)
        },
        OperatorEntry("GroupNormalization", since: 21) { node throws(NodeFailure) in
            try node.takeGroupNormalization(isPerGroup: false)
        },
        OperatorEntry("LRN") { node throws(NodeFailure) in
            let operation = LocalResponseNorm(
                size: try node.int("size"), alpha: try node.float("alpha", default: 1e-4),
                beta: try node.float("beta", default: 0.75), k: try node.float("bias", default: 1))
            try node.normalize(operation, operands: 1)
        },
        OperatorEntry("LpNormalization") { node throws(NodeFailure) in
            let operation = LpNormalization(
                axis: try node.int("axis", default: -1), p: try node.int("p", default: 2))
            try node.finish(operation, node.input(0))
        },
        OperatorEntry("MeanVarianceNormalization", since: 9) { node throws(NodeFailure) in
            try node.takeMeanVarianceNormalization()
        },
        OperatorEntry("LayerNormalization", since: 17) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: -1)
            let epsilon = try node.epsilon()
            try node.require("stash_type", is: 1)
            try node.takeRowNormalization(axis: axis, epsilon: epsilon, isCentered: true)
        },
        OperatorEntry("RMSNormalization", since: 23) { node throws(NodeFailure) in
            let axis = try node.int("axis", default: -1)
            let epsilon = try node.epsilon()
            try node.require("stash_type", is: 1)
            try node.takeRowNormalization(axis: axis, epsilon: epsilon, isCentered: false)
        },
    ]
}

extension NodeImport {
    /// Finishes with an operator of the first inputs in single precision.
    fileprivate mutating func normalize(_ operation: any Operator, operands count: Int) throws(NodeFailure) {
        var operands: [ValueID] = []
        for index in 0..<count { operands.append(try single(try input(index))) }
        finish(try cast(try applyAll(operation, operands)[0], to: try inputType(0).elementType))
    }

    fileprivate mutating func takeBatchNormalization() throws(NodeFailure) {
        let x = try input(0)
        // ONNX's momentum is the weight of the old statistics.
        let momentum = try float("momentum", default: 0.9)
        let operation = BatchNorm(epsilon: try epsilon(), momentum: min(max(1 - momentum, 0), 1))
        let operands = [
            try single(x), try single(try input(1)), try single(try input(2)), try single(try statistic(3)),
            try single(try statistic(4)),
        ]
        finish(try cast(try applyAll(operation, operands)[0], to: type(x).elementType))
    }

    /// Batch normalization by the batch's own statistics, and what becomes of the running ones.
    fileprivate mutating func takeBatchStatistics() throws(NodeFailure) {
        let x = try input(0)
        let momentum = try float("momentum", default: 0.9)
        let epsilon = try epsilon()
        guard rank(x) >= 2 else { throw failure("normalizes \(type(x)), which has no channels") }
        let value = try single(x)
        let axes = (0..<rank(x)).filter { $0 != 1 }
        let columns = Array(repeating: Dimension.fixed(1), count: rank(x) - 2)
        let mean = try apply(ReduceMean(axes: axes), value)
        let channels = type(mean).dimensions
        let deviation = try apply(Subtract(), value, try reshape(mean, channels + columns))
        let variance = try apply(ReduceMean(axes: axes), try apply(Multiply(), deviation, deviation))
        let result = try applyAll(
            BatchNorm(epsilon: epsilon),
            [value, try single(try input(1)), try single(try input(2)), mean, variance])[0]
        finish(try cast(result, to: type(x).elementType))
        for (index, now) in [mean, variance].enumerated() where makes(index + 1) {
            let running = try input(index + 3)
            let next = try apply(
                .operand(0) * .constant(momentum) + .operand(1) * .constant(1 - momentum), try single(running), now)
            finish(try cast(next, to: type(running).elementType), output: index + 1)
        }
    }

    /// - Parameter isPerGroup: whether scale and bias have a number for each group, and not for each channel.
    fileprivate mutating func takeGroupNormalization(isPerGroup: Bool) throws(NodeFailure) {
        let x = try input(0)
        let groups = try int("num_groups")
        let epsilon = try epsilon()
        try require("stash_type", is: 1)
        guard rank(x) >= 2, let channels = type(x).dimensions[1].number, groups >= 1, channels % groups == 0 else {
            throw failure("can't split the channels of \(type(x)) into \(groups) groups")
        }
        var operands = [try single(x)]
        for index in 1...2 {
            var vector = try single(try input(index))
            if isPerGroup {
                let column = try reshape(vector, [.fixed(groups), 1])
                let whole = try apply(Expand(shape: [.fixed(groups), .fixed(channels / groups)]), column)
                vector = try reshape(whole, [.fixed(channels)])
            }
            operands.append(vector)
        }
        let result = try applyAll(GroupNorm(groups: groups, epsilon: epsilon), operands)[0]
        finish(try cast(result, to: type(x).elementType))
    }

    fileprivate mutating func takeMeanVarianceNormalization() throws(NodeFailure) {
        let x = try input(0)
        let axes = try ints("axes", default: [0, 2, 3])
        let value = try single(x)
        let deviation = try apply(Subtract(), value, try apply(ReduceMean(axes: axes, keep: true), value))
        let squares = try apply(Multiply(), deviation, deviation)
        let variance = try apply(ReduceMean(axes: axes, keep: true), squares)
        let result = try apply(.operand(0) / (.squareRoot(.operand(1)) + 1e-9), deviation, variance)
        finish(try cast(result, to: type(x).elementType))
    }
}
