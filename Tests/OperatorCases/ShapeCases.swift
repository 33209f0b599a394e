import ApusGraph

// Operators that move elements or make constants.
extension OperatorCase {
    static let shapes: [String: Generator] = [
        "flatten": { random in
            let x = value(&random)
            return OperatorCase(Flatten(axis: random.integer(0...x.rank)), [x], differentiable: [0])
        },
        "reshape": { random in
            var shape = [random.integer(1...4), random.integer(1...4), random.integer(1...4)]
            let numbers = shape.map(Dimension.fixed)
            let batch: [Dimension] = random.chance(0.5) ? ["N"] : []
            shape.shuffle(using: &random)
            if random.chance(0.3) { shape = [shape[0] * shape[1], shape[2]] }
            var whole = batch + shape.map(Dimension.fixed)
            if random.chance(0.3) { whole = [batch.reduce(whole[batch.count], *)] + whole.dropFirst(batch.count + 1) }
            if random.chance(0.5) { shape[random.integer(0...shape.count - 1)] = -1 }
            if random.chance(0.4) { whole[random.integer(0...whole.count - 1)] = -1 }
            return OperatorCase(
                random.chance(0.5) ? Reshape(shape: shape) : Reshape(whole: whole), [TensorType(.f32, batch + numbers)],
                differentiable: [0])
        },
        "squeeze": { random in
            let x = value(&random)
            let ones = x.dimensions.indices.filter { x.dimensions[$0] == 1 }
            let axes = ones.filter { _ in random.chance(0.6) }.map { random.chance(0.5) ? $0 : $0 - x.rank }
            return OperatorCase(Squeeze(axes: random.chance(0.3) ? nil : axes), [x], differentiable: [0])
        },
        "unsqueeze": { random in
            let x = value(&random)
            let rank = x.rank + random.integer(0...3)
            let axes = (0..<rank).shuffled(using: &random).prefix(rank - x.rank)
            return OperatorCase(
                Unsqueeze(axes: axes.map { random.chance(0.5) ? $0 : $0 - rank }), [x], differentiable: [0])
        },
        "identity": { random in OperatorCase(Identity(), [value(&random)], differentiable: [0]) },
        "transpose": { random in
            let x = value(&random)
            let order = (0..<x.rank).shuffled(using: &random).map { random.chance(0.8) ? $0 : $0 - x.rank }
            return OperatorCase(Transpose(permutation: random.chance(0.2) ? nil : order), [x], differentiable: [0])
        },
        "expand": { random in
            let shapes = broadcastShapes(2, &random)
            return OperatorCase(Expand(shape: shapes[0]), [TensorType(.f32, shapes[1])], differentiable: [0])
        },
        "concat": { random in
            let x = value(&random, rank: 1...3)
            let axis = random.integer(0...x.rank - 1)
            let others = (0..<random.integer(0...3)).map { _ in
                var other = x
                if x.dimensions[axis].number != nil { other.dimensions[axis] = .fixed(random.integer(1...3)) }
                return other
            }
            return OperatorCase(
                Concat(axis: random.chance(0.5) ? axis : axis - x.rank), [x] + others,
                differentiable: Array(0...others.count))
        },
        "split": { random in
            let sizes = (0..<random.integer(1...3)).map { _ in random.integer(1...3) }
            let x = value(&random, rank: 1...3)
            let axis = x.dimensions[0].number == nil && x.rank > 1 ? random.integer(1...x.rank - 1) : 0
            var whole = x
            let unit: Dimension = x.dimensions[axis].number == nil ? "N" : 1
            whole.dimensions[axis] = .fixed(sizes.reduce(0, +)) * unit
            let place = random.chance(0.5) ? axis : axis - x.rank
            let split =
                random.chance(0.5) || unit != 1
                ? Split(axis: place, sizes: sizes.map { .fixed($0) * unit }) : Split(axis: place, parts: 1)
            var call = OperatorCase(split, [whole], differentiable: [0])
            call.results = split.parts == nil ? sizes.indices.filter { $0 == 0 || random.chance(0.6) } : [0]
            return call
        },
        "slice": { random in
            let call = SliceCall(&random)
            return OperatorCase(call.slice, [call.operand], differentiable: [0])
        },
        "slice_gradient": { random in
            let call = SliceCall(&random)
            return OperatorCase(
                SliceGradient(slice: call.slice, shape: call.operand.dimensions), [result(of: call.slice, call.operand)]
            )
        },
        "flip": { random in
            let x = value(&random)
            let axes = (0..<x.rank).filter { _ in random.chance(0.5) }.map { random.chance(0.5) ? $0 : $0 - x.rank }
            return OperatorCase(Flip(axes: axes), [x], differentiable: [0])
        },
        "tile": { random in
            let x = value(&random)
            return OperatorCase(
                Tile(repeats: x.dimensions.map { _ in .fixed(random.integer(1...2)) }), [x], differentiable: [0])
        },
        "roll": { random in
            let x = value(&random)
            let axes = (0..<x.rank).filter { x.dimensions[$0].number != nil && random.chance(0.6) }
            return OperatorCase(
                Roll(shifts: axes.map { _ in random.integer(-5...5) }, axes: axes), [x], differentiable: [0])
        },
        "pad": { random in
            let call = PadCall(&random)
            let mode = random.pick(Pad.Mode.constant, .edge, .reflect, .wrap)
            return OperatorCase(
                Pad(before: call.before, after: call.after, mode: mode, value: random.pick(0, 2.5)), [call.operand],
                differentiable: [0])
        },
        "pad_constant": { random in
            let call = PadCall(&random)
            return OperatorCase(
                PadConstant(before: call.before, after: call.after, value: random.pick(0, -1)), [call.operand],
                differentiable: [0])
        },
        "depth_to_space": { random in
            let block = random.integer(1...3)
            let size = random.pair(1...3).map(Dimension.fixed)
            let x = TensorType(.f32, ["N", .fixed(random.integer(1...2) * block * block)] + size)
            return OperatorCase(
                DepthToSpace(block: block, mode: random.pick(.depth, .column)), [x], differentiable: [0])
        },
        "space_to_depth": { random in
            let block = random.integer(1...3)
            let size = random.pair(1...2).map { Dimension.fixed($0 * block) }
            let x = TensorType(.f32, ["N", .fixed(random.integer(1...3))] + size)
            return OperatorCase(
                SpaceToDepth(block: block, mode: random.pick(.depth, .column)), [x], differentiable: [0])
        },
        "triangle": { random in
            OperatorCase(
                Triangle(isUpper: random.chance(0.5), diagonal: random.integer(-2...2)), [value(&random, rank: 2...3)],
                differentiable: [0])
        },
        "shape": { random in
            let x = value(&random, rank: 1...3)
            let start = random.integer(0...x.rank - 1)
            return OperatorCase(
                ShapeOf(start: random.chance(0.5) ? start : start - x.rank, end: random.chance(0.5) ? nil : start + 1),
                [x],
                differentiable: [])
        },
        "size": { random in OperatorCase(Size(), [value(&random)], differentiable: []) },
        "full": { random in
            OperatorCase(
                Full(
                    shape: value(&random).dimensions, value: random.pick(0, 1, -2),
                    elementType: random.pick(.f32, .i64, .i8, .bool)), [], differentiable: [])
        },
        "range": { random in
            let start = Double(random.integer(-3...3))
            return OperatorCase(
                NumberRange(
                    count: .fixed(random.integer(1...5)), start: start, step: random.pick(1, -2, 3),
                    elementType: random.pick(.i64, .f32, .i32)), [], differentiable: [])
        },
        "eye_like": { random in
            OperatorCase(
                EyeLike(diagonal: random.integer(-2...2), elementType: random.pick(.f32, .i32)),
                [value(&random, rank: 2...2)], differentiable: [])
        },
    ]

    /// A type of small dimensions, with or without a batch.
    static func value(_ random: inout SeededRandom, rank: ClosedRange<Int> = 0...3) -> TensorType {
        let count = random.integer(rank)
        let numbers = (0..<count).map { _ in Dimension.fixed(random.integer(1...3)) }
        return TensorType(.f32, count > 0 && random.chance(0.5) ? ["N"] + numbers.dropFirst() : numbers)
    }
}

private func result(of operation: any Operator, _ x: TensorType) -> TensorType {
    do { return try operation.infer([x])[0].type } catch { preconditionFailure("\(operation.name): \(error)") }
}

/// A random part of a random value, never empty.
private struct SliceCall {
    var slice: Slice
    var operand: TensorType

    init(_ random: inout SeededRandom) {
        var dimensions = OperatorCase.value(&random).dimensions
        let axes = dimensions.indices.filter { dimensions[$0].number != nil && random.chance(0.7) }
        var (starts, ends, steps) = ([Int](), [Int](), [Int]())
        for axis in axes {
            let size = random.integer(1...5)
            dimensions[axis] = .fixed(size)
            let (first, last) = (random.integer(0...size - 1), random.integer(0...size - 1))
            let backwards = first > last || first == last && random.chance(0.5)
            // Numbers from the front or from the end, and the ends themselves or what lies beyond.
            starts.append(random.chance(0.5) ? first : first - size)
            if backwards {
                ends.append(last == 0 ? -size - random.integer(1...9) : last - 1)
            } else {
                ends.append(last == size - 1 ? random.pick(size, size + 5, Int.max) : last + 1)
            }
            steps.append(random.integer(1...3) * (backwards ? -1 : 1))
        }
        let places = axes.map { random.chance(0.5) ? $0 : $0 - dimensions.count }
        slice = Slice(starts: starts.map(Dimension.fixed), ends: ends.map(Dimension.fixed), axes: places, steps: steps)
        operand = TensorType(.f32, dimensions)
    }
}

/// Random margins that leave something of a random value.
private struct PadCall {
    var before: [Int]
    var after: [Int]
    var operand: TensorType

    init(_ random: inout SeededRandom) {
        operand = OperatorCase.value(&random)
        before = []
        after = []
        for dimension in operand.dimensions {
            let size = dimension.number
            before.append(size == nil ? 0 : random.integer(-1...3))
            after.append(size.map { max(random.integer(-2...3), 1 - $0 - before[before.count - 1]) } ?? 0)
        }
    }
}
