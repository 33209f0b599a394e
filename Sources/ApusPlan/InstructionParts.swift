package import ApusInstructions

extension Instruction {
    /// The ways in which it can be cut where it computes one sample of the batch; none where its parameters are wrong.
    package func partitions(lanes: Int) -> [Partition] {
        (try? definition(lanes: lanes)).map(partitions) ?? []
    }

    /// The same, of checked parameters.
    private func partitions(_ definition: any InstructionDefinition) -> [Partition] {
        let own = definition.partitions.filter { partition in
            partition.units > 1 && (partition.absent.map { operands[$0].arena == .none } ?? true)
        }
        return (repeatPartition(definition).map { [$0] } ?? []) + own
    }

    /// By the samples that the kernel computes for one of the batch's.
    private func repeatPartition(_ definition: any InstructionDefinition) -> Partition? {
        guard repeats > 1, !definition.couplesSamples else { return nil }
        let (one, two) = (definition.operands(samples: 1), definition.operands(samples: 2))
        let strides = zip(one, two).map { first, both in
            both.bytes.upperBound - first.bytes.upperBound + both.bytes.lowerBound - first.bytes.lowerBound
        }
        // What samples have in common is read, or added to by one of them after the other.
        let isApart = zip(one, strides).allSatisfy { extent, stride in
            extent.access == .read || extent.access == .scratch || stride != 0
        }
        let scratches = one.map { $0.access == .scratch }
        guard isApart else { return nil }
        let parameters = parameters
        return Partition(.repeats, units: repeats) { samples in
            Partition.Part(
                parameters: parameters,
                offsets: zip(strides, scratches).map { $1 ? 0 : $0 * samples.lowerBound })
        }
    }

    /// What is computed for some of a partition's units.
    package func part(_ units: Range<Int>, of partition: Partition) -> Instruction {
        var part = self
        part.cut = nil
        let changed = partition.part(units)
        part.parameters = changed.parameters
        for (index, offset) in zip(operands.indices, changed.offsets) where operands[index].arena != .none {
            part.operands[index].offset += offset
        }
        // Their product may have more bits than a number.
        part.multiplyAdds =
            partition.units.dividingFullWidth(multiplyAdds.multipliedFullWidth(by: units.count)).quotient
        if partition.axis == .repeats { part.repeats = units.count }
        return part
    }

    /// The parts that `threads` threads share as its cut says, as equal as can be; itself where it isn't cut.
    package func parts(threads: Int, lanes: Int) -> [Instruction] {
        guard let cut, let partition = partitions(lanes: lanes).first(where: { $0.axis == cut.axis }) else {
            return [self]
        }
        let count = min(partition.units, cut.parts, threads)
        return (0..<count).map { number in
            part(partition.units * number / count..<partition.units * (number + 1) / count, of: partition)
        }
    }

    /// Why it can't be cut as it says; nil where it can.
    func cutProblem(_ definition: any InstructionDefinition) -> String? {
        guard let cut else { return nil }
        guard (2...Cut.partLimit).contains(cut.parts) else { return "it is cut into \(cut.parts) parts" }
        guard let partition = partitions(definition).first(where: { $0.axis == cut.axis }) else {
            return "it can't be cut into \(cut.axis)"
        }
        guard cut.parts <= partition.units else {
            return "it is cut into \(cut.parts) parts, of \(partition.units) \(cut.axis)"
        }
        return nil
    }

    /// Why its parts can't follow those of the instruction before it, as they should; nil where they can.
    func followingProblem(after earlier: Instruction?, lanes: Int) -> String? {
        guard let cut, cut.follows else { return nil }
        guard let before = earlier?.cut, before.axis == cut.axis, before.parts == cut.parts, !before.follows,
            (try? definition(lanes: lanes))?.completesResult == true
        else { return "its \(cut.parts) parts can't follow those of the instruction before" }
        return nil
    }
}
