import ApusGraph

// Operators that find elements by their numbers.
extension OperatorCase {
    static let indexing: [String: Generator] = [
        "gather": { random in
            let call = GatherCall(&random)
            return OperatorCase(
                Gather(axis: random.chance(0.5) ? call.axis : call.axis - call.operand.rank),
                [call.operand, call.indices],
                draws: [.spread, .whole(call.range)], differentiable: [0])
        },
        "gather_gradient": { random in
            let call = GatherCall(&random)
            let x = call.operand.dimensions
            let gradient = x[..<call.axis] + call.indices.dimensions + x[(call.axis + 1)...]
            return OperatorCase(
                GatherGradient(axis: call.axis, size: x[call.axis]), [call.indices, TensorType(.f32, Array(gradient))],
                draws: [.whole(call.range), .spread])
        },
        "embedding": { random in
            let (entries, width) = (random.integer(1...5), random.integer(1...3))
            let indices = TensorType(random.pick(.i64, .i32), value(&random).dimensions)
            return OperatorCase(
                Embedding(entries: entries, width: width),
                [indices, TensorType(.f32, [.fixed(entries), .fixed(width)])],
                draws: [.whole(-entries...entries - 1), .spread], differentiable: [1])
        },
        "gather_elements": { random in
            let call = ElementsCall(&random)
            return OperatorCase(
                GatherElements(axis: call.axis), [call.operand, call.indices], draws: [.spread, .whole(call.range)],
                differentiable: [0])
        },
        "scatter_elements": { random in
            let call = ElementsCall(&random)
            let updates = TensorType(.f32, call.indices.dimensions)
            // Replaced twice, an element has no gradient: one index along the axis keeps them apart.
            let reduction = call.indices.dimensions[call.axis] == 1 ? random.pick(ScatterReduction.none, .add) : .add
            return OperatorCase(
                ScatterElements(axis: call.axis, reduction: reduction), [call.operand, call.indices, updates],
                draws: [.spread, .whole(call.range), .spread], differentiable: [0, 2])
        },
        "gather_nd": { random in
            let call = PlacesCall(&random)
            return OperatorCase(
                GatherND(batch: call.batch), [call.operand, call.indices], draws: [.spread, .whole(call.range)],
                differentiable: [0])
        },
        "scatter_nd": { random in
            let call = PlacesCall(&random)
            let updates = call.indices.dimensions.dropLast() + call.operand.dimensions[(call.batch + call.depth)...]
            let isSingle = call.indices.rank == call.batch + 1
            return OperatorCase(
                ScatterND(batch: call.batch, reduction: isSingle ? random.pick(ScatterReduction.none, .add) : .add),
                [call.operand, call.indices, TensorType(.f32, Array(updates))],
                draws: [.spread, .whole(call.range), .spread], differentiable: [0, 2])
        },
        "top_k": { random in
            let x = value(&random, rank: 1...3)
            let axis = random.integer(0...x.rank - 1)
            guard let size = x.dimensions[axis].number else {
                return OperatorCase(TopK(k: 1, axis: axis), [x], differentiable: [0])
            }
            return OperatorCase(
                TopK(
                    k: random.integer(1...size), axis: random.chance(0.5) ? axis : axis - x.rank,
                    largest: random.chance(0.5)),
                [x], differentiable: [0])
        },
        "tree_leaves": { random in
            let (features, nodes, trees) = (random.integer(1...4), random.integer(1...6), random.integer(1...9))
            let number = random.pick(ElementType.f32, .f64)
            return OperatorCase(
                TreeLeaves(),
                [
                    TensorType(number, ["N", .fixed(features)]), TensorType(.i32, [.fixed(nodes)]),
                    TensorType(number, [.fixed(nodes)]), TensorType(.i32, [.fixed(nodes), 2]),
                    TensorType(.i32, [.fixed(trees)]),
                ],
                draws: [
                    .spread, .whole(-features...features - 1), .spread, .whole(-7...nodes - 1),
                    .whole(-2...nodes - 1),
                ], differentiable: [])
        },
        "sort": { random in
            let x = value(&random, rank: 1...3)
            return OperatorCase(
                Sort(axis: random.integer(-x.rank...x.rank - 1), descending: random.chance(0.5)), [x],
                differentiable: [0])
        },
    ]
}

/// Indices along a dimension that is a number, or the batch for a gather from none.
private struct GatherCall {
    var axis: Int
    var operand: TensorType
    var indices: TensorType
    var range: ClosedRange<Int>

    init(_ random: inout SeededRandom) {
        operand = OperatorCase.value(&random, rank: 1...3)
        axis = random.integer(0...operand.rank - 1)
        if operand.dimensions[axis].number == nil { operand.dimensions[axis] = 2 }
        let size = operand.dimensions[axis].number ?? 1
        var dimensions = OperatorCase.value(&random, rank: 0...2).dimensions
        // The batch of one operand does not meet that of the other.
        if operand.isBatched { dimensions = dimensions.filter { $0.number != nil } }
        indices = TensorType(random.pick(.i64, .i32, .i8), dimensions)
        range = -size...size - 1
    }
}

/// One index for each element of the result.
private struct ElementsCall {
    var axis: Int
    var operand: TensorType
    var indices: TensorType
    var range: ClosedRange<Int>

    init(_ random: inout SeededRandom) {
        operand = OperatorCase.value(&random, rank: 1...3)
        axis = random.integer(0...operand.rank - 1)
        if operand.dimensions[axis].number == nil { operand.dimensions[axis] = 3 }
        let size = operand.dimensions[axis].number ?? 1
        var dimensions = operand.dimensions
        for place in dimensions.indices {
            guard let number = dimensions[place].number else { continue }
            dimensions[place] = .fixed(place == axis ? random.integer(1...3) : random.integer(1...number))
        }
        indices = TensorType(random.pick(.i64, .i32), dimensions)
        range = -size...size - 1
    }
}

/// Rows of indices, all dimensions of the place of one size.
private struct PlacesCall {
    var batch: Int
    var depth: Int
    var operand: TensorType
    var indices: TensorType
    var range: ClosedRange<Int>

    init(_ random: inout SeededRandom) {
        let size = random.integer(1...3)
        batch = random.integer(0...2)
        depth = random.integer(1...2)
        let isBatched = batch > 0 && random.chance(0.7)
        let common: [Dimension] = (0..<batch).map { $0 == 0 && isBatched ? "N" : .fixed(random.integer(1...3)) }
        let slices = (0..<random.integer(0...2)).map { _ in Dimension.fixed(random.integer(1...3)) }
        operand = TensorType(.f32, common + Array(repeating: .fixed(size), count: depth) + slices)
        let rows = (0..<random.integer(0...2)).map { _ in Dimension.fixed(random.integer(1...3)) }
        let first: [Dimension] = batch == 0 && random.chance(0.4) ? ["N"] : []
        indices = TensorType(.i64, common + first + rows + [.fixed(depth)])
        range = -size...size - 1
    }
}
