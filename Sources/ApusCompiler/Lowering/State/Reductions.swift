import ApusGraph
import ApusInstructions
import ApusPlan

/// A sum over samples that the body adds to, and how the epilogue makes a plain value of it.
struct Reduction {
    enum Form {
        case copy(count: Int)
        case unpack(PackParameters)
    }
    var value: ValueID
    /// The first shard's.
    var operand: Operand
    /// Elements of a shard's.
    var elements: Int
    var form: Form
}

/// The sums over samples, in the order in which the body makes them.
struct Reductions {
    private(set) var all: [Reduction] = []
    private var numbers: [ValueID: Int] = [:]

    mutating func append(_ reduction: Reduction) {
        if numbers[reduction.value] == nil { numbers[reduction.value] = all.count }
        all.append(reduction)
    }

    /// The sum that the value is; nil where it is none.
    subscript(value: ValueID) -> Reduction? { numbers[value].map { all[$0] } }
}

extension Lowering {
    /// Room for a sum over the samples, that the body adds to.
    mutating func makeReduction(_ value: ValueID, elements: Int, form: Reduction.Form) -> Operand {
        let operand = addReduction(elements: elements)
        reductions.append(Reduction(value: value, operand: operand, elements: elements, form: form))
        return operand
    }

    /// Makes room for what a shard knows of its samples. It is zero before every run.
    mutating func addReduction(elements: Int) -> Operand {
        let offset = plan.reductionBytes
        plan.reductionBytes = (offset + elements * 4).roundedUp(to: 64)
        return Operand(.reductions, offset: offset)
    }

    /// Room for the sum of a bias's gradient, the node's second result; none where it has no bias.
    mutating func makeBiasReduction(_ node: Node, count: Int) -> Place {
        guard node.results.count > 1 else { return .none }
        return .fixed(
            makeReduction(node.results[1], elements: count.roundedUp(to: lanes), form: .copy(count: count)))
    }

    /// In a graph that isn't cut, what else is a sum over samples is a value of the body, there as soon as it is made.
    mutating func adoptSums(of site: Site) throws(LoweringError) {
        guard !context.samples.isCut else { return }
        for result in site.results where stored[result.index] == nil {
            guard let sum = reductions[result] else { continue }
            switch sum.form {
            case .copy:
                stored[result.index] = Stored(
                    place: .fixed(sum.operand), layout: packedLayout(result, try sampleShape(result)))
            case .unpack(let parameters):
                let made = try makeOutput(result)
                emit(.unpackWeights, [.fixed(sum.operand), made.place], parameters, label: site.name)
            }
        }
    }

    /// Sums the shards and makes plain values of the sums.
    mutating func unpackReductions() throws(LoweringError) {
        guard context.samples.isCut, !reductions.all.isEmpty else { return }
        var base = Operand(.reductions)
        if plan.shards > 1 {
            let count = plan.reductionBytes / 4
            base = addState(elements: count)
            plan.epilogue.append(
                Instruction(
                    .reduceShards, operands: [Operand(.reductions), base],
                    parameters: bytes(of: ReduceParameters(count: count, stride: count, shards: plan.shards)),
                    label: "sum of the shards"))
        }
        let targets = Dictionary(graph.gradients.map { ($0.value, $0.target) }, uniquingKeysWith: { first, _ in first })
        for reduction in reductions.all where whole[reduction.value.index] == nil {
            let value = reduction.value
            let shape = try sampleShape(value)
            let source = Operand(base.arena, offset: base.offset + reduction.operand.offset)
            // A gradient is unpacked to its place at once.
            let place = targets[value].flatMap { slice($0, .gradient) } ?? addState(elements: shape.reduce(1, *))
            switch reduction.form {
            case .copy(let count): copy(source, to: place, count: count, label: graph[value].name)
            case .unpack(let parameters):
                plan.epilogue.append(
                    Instruction(
                        .unpackWeights, operands: [source, place], parameters: bytes(of: parameters),
                        label: graph[value].name))
            }
            whole[value.index] = Whole(place: place, shape: shape)
        }
    }
}
