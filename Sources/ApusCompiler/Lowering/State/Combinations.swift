import ApusGraph
import ApusInstructions
import ApusPlan

/// An instruction of the body that reads the sums of all shards.
struct ShardReader {
    /// Its number in the body.
    var instruction: Int
    /// Makes its parameters of the elements from a shard's sums to the next: they are known when all sums have their room.
    var parameters: (_ stride: Int) -> [UInt8]
}

// What the body needs of all samples at once. Its shards wait for each other, what they have summed is combined once, in the order of
// their numbers and into the state, and they go on and read it there.
extension Lowering {
    /// Lowers what is emitted in another stage.
    mutating func during<Failure: Error>(
        _ stage: Stages.Stage, _ emit: (inout Lowering) throws(Failure) -> Void
    ) throws(Failure) {
        let before = self.stage
        self.stage = stage
        defer { self.stage = before }
        try emit(&self)
    }

    /// Appends an instruction that makes something of all shards' sums, when all of them have come so far.
    ///
    /// - Parameters:
    ///   - sums: the first shard's.
    ///   - results: places in the state.
    ///   - parameters: are given the elements from a shard's sums to the next.
    mutating func combine<Parameters: BitwiseCopyable>(
        _ opcode: Opcode, _ sums: Operand, to results: [Operand], label: String,
        _ parameters: @escaping (_ stride: Int) -> Parameters
    ) {
        shardReaders.append(ShardReader(instruction: body.count) { bytes(of: parameters($0)) })
        body.append(
            PendingInstruction(
                opcode: opcode, operands: ([sums] + results).map { .fixed($0) }, parameters: [], label: label,
                multiplyAdds: 0, isCombination: true))
    }

    /// A sum over samples that the body reads, combined now where it was not yet; nil where the value is none.
    mutating func combinedSum(_ value: ValueID) throws(LoweringError) -> Whole? {
        guard let reduction = reductions[value] else { return nil }
        let shape = try sampleShape(value)
        // A graph that isn't cut has one sample, whose sums they are.
        guard context.samples.isCut else { return Whole(place: reduction.operand, shape: shape) }
        let name = graph[value].name
        let (elements, shards) = (reduction.elements, plan.shards)
        let sum = addState(elements: elements)
        combine(.reduceShards, reduction.operand, to: [sum], label: name) {
            ReduceParameters(count: elements, stride: $0, shards: shards)
        }
        var place = sum
        if case .unpack(let parameters) = reduction.form {
            place = addState(elements: shape.reduce(1, *).roundedUp(to: lanes))
            let target = Place.fixed(place)
            during(.combination) { $0.emit(.unpackWeights, [.fixed(sum), target], parameters, label: name) }
        }
        let made = Whole(place: place, shape: shape)
        whole[value.index] = made
        return made
    }
}
