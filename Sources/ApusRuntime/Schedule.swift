import ApusInstructions
package import ApusPlan

/// The order in which the instructions of a stage run, and what of them runs at the same time.
///
/// The body runs on a thread for each part of the batch, one instruction after the other. What is run once, before and
/// after, is shared among the threads instead: instructions that don't depend on each other form a wave, and long ones are
/// cut into ranges of their elements. Neither changes a bit of the result: every element is computed as it was.
package struct Schedule: Sendable, Equatable {
    /// An instruction or a range of its elements.
    package struct Piece: Sendable, Equatable {
        package var instruction: Instruction
        /// The number of the instruction in its stage.
        package var source: Int
        /// Whether it belongs to the piece before it: one thread runs both, one after the other.
        package var isJoined = false
        /// Whether a recording counts its samples: of the parts of an instruction, the first does.
        package var countsSamples = true
    }

    package struct Wave: Sendable, Equatable {
        package var pieces: [Piece]
        /// Whether there is enough to do for several threads.
        package var isShared: Bool
        /// Whether all of it is run for each part of the batch, and not once.
        package var isForSamples = false
    }

    package var waves: [Wave]

    /// Bytes that a wave touches before it is worth the microsecond that sharing takes.
    private static let sharedBytes = 48 * 1024
    /// Elements that a piece of an instruction has at least.
    private static let minimumElements = 2048

    /// All instructions in order, as one thread runs them.
    package init(inOrder instructions: [Instruction]) {
        let pieces = instructions.enumerated().map { Piece(instruction: $1, source: $0) }
        waves = pieces.isEmpty ? [] : [Wave(pieces: pieces, isShared: false)]
    }

    /// The body: a wave for what each part of the batch runs from one combination to the next, and one for each combination, which
    /// adds a few numbers of each shard and is done before other threads could help.
    package init(bodyOf plan: Plan) {
        waves = plan.bodyParts.map { part in
            Wave(
                pieces: part.range.map { Piece(instruction: plan.body[$0], source: $0) }, isShared: false,
                isForSamples: !part.isCombination)
        }
    }

    /// Waves for so many threads. The instructions are those of a stage that is run once.
    ///
    /// - Complexity: the square of the number of instructions.
    package init(_ instructions: [Instruction], threads: Int, lanes: Int) {
        guard threads > 1 else {
            self = Schedule(inOrder: instructions)
            return
        }
        let levels = Levels(instructions, lanes: lanes)
        waves = levels.members.enumerated().map { level, members in
            guard levels.bytes[level] >= Self.sharedBytes else {
                return Wave(pieces: members.map { Piece(instruction: instructions[$0], source: $0) }, isShared: false)
            }
            let pieces = members.flatMap { index in
                Self.cut(instructions[index], into: 2 * threads, lanes: lanes).map {
                    Piece(instruction: $0, source: index)
                }
            }
            return Wave(pieces: pieces, isShared: pieces.count > 1)
        }
    }

    /// The body for one sample that several threads answer together: what the plan cuts is cut, and instructions that don't depend on
    /// each other are run beside each other. Empty where the plan cuts nothing, or there is one thread.
    ///
    /// - Complexity: the square of the number of instructions.
    package init(sharing plan: Plan, threads: Int) {
        waves = []
        guard threads > 1, plan.body.contains(where: { $0.cut != nil }) else { return }
        let levels = Levels(plan.body, lanes: plan.target.lanes)
        for (level, members) in levels.members.enumerated() {
            let pieces = Self.parts(of: members, plan, threads: threads)
            let isCut = pieces.count > members.count
            let isShared = isCut || members.count > 1 && levels.bytes[level] >= Self.sharedBytes
            if !isShared, let last = waves.last, !last.isShared {
                waves[waves.count - 1].pieces += pieces
            } else {
                waves.append(Wave(pieces: pieces, isShared: isShared))
            }
        }
    }

    /// The parts of instructions that don't depend on each other, each followed by those that belong to it.
    private static func parts(of members: [Int], _ plan: Plan, threads: Int) -> [Piece] {
        var pieces: [Piece] = []
        for index in members where plan.body[index].cut?.follows != true {
            let lanes = plan.target.lanes
            let own = plan.body[index].parts(threads: threads, lanes: lanes)
            let next = index + 1 < plan.body.count && plan.body[index + 1].cut?.follows == true ? index + 1 : nil
            let following = next.map { plan.body[$0].parts(threads: threads, lanes: lanes) } ?? []
            for (number, part) in own.enumerated() {
                let isFirst = number == 0
                pieces.append(Piece(instruction: part, source: index, countsSamples: isFirst))
                if let next {
                    pieces.append(
                        Piece(
                            instruction: following[number], source: next, isJoined: true, countsSamples: isFirst))
                }
            }
        }
        return pieces
    }

    /// The instruction as several, each for a range of its elements, where it works element by element and has enough of
    /// them.
    private static func cut(_ instruction: Instruction, into wanted: Int, lanes: Int) -> [Instruction] {
        guard let partition = instruction.partitions(lanes: lanes).first(where: { $0.axis == .elements }) else {
            return [instruction]
        }
        let size = max(minimumElements / Partition.elementStep, (partition.units + wanted - 1) / wanted)
        return stride(from: 0, to: partition.units, by: size).map { start in
            instruction.part(start..<min(start + size, partition.units), of: partition)
        }
    }
}

/// Instructions by the number of those that must be done before, one after the other.
private struct Levels {
    /// The instructions of each level, in their order: they don't depend on each other.
    var members: [[Int]] = []
    /// Bytes that those of a level touch.
    var bytes: [Int] = []

    init(_ instructions: [Instruction], lanes: Int) {
        let accesses = instructions.map { Access.all(of: $0, lanes: lanes) }
        var levels: [Int] = []
        for index in instructions.indices {
            // What follows another is of its level: the verifier knows that the two touch nothing of each other.
            let follows = instructions[index].cut?.follows == true
            var level = follows ? levels[index - 1] : 0
            for earlier in levels.indices where !follows && levels[earlier] >= level {
                if accesses[index].contains(where: { one in accesses[earlier].contains { one.conflicts(with: $0) } }) {
                    level = levels[earlier] + 1
                }
            }
            levels.append(level)
            if level == members.count {
                members.append([])
                bytes.append(0)
            }
            members[level].append(index)
            bytes[level] = min(bytes[level] + accesses[index].reduce(0) { $0 + $1.bytes.count }, 1 << 60)
        }
    }
}

/// Bytes of an arena that an instruction reads or writes.
private struct Access {
    var arena: Arena
    /// Of inputs and outputs. Nil: any.
    var port: UInt16?
    var bytes: Range<Int>
    var isWritten: Bool

    /// What a verified instruction touches. Of a run's arguments nothing is said: nobody writes them.
    static func all(of instruction: Instruction, lanes: Int) -> [Access] {
        guard let extents = try? instruction.extents(samples: 1, lanes: lanes) else {
            // What can't be told may be anything: it then runs by itself.
            return Arena.allCases.map { Access(arena: $0, port: nil, bytes: 0..<Int.max, isWritten: true) }
        }
        return zip(instruction.operands, extents).compactMap { operand, extent in
            if operand.arena == .none || operand.arena == .arguments { return nil }
            let start = operand.offset + extent.bytes.lowerBound
            return Access(
                arena: operand.arena, port: operand.port, bytes: start..<operand.offset + extent.bytes.upperBound,
                isWritten: extent.access != .read)
        }
    }

    func conflicts(with other: Access) -> Bool {
        let isSamePort = port == nil || other.port == nil || port == other.port
        return arena == other.arena && isSamePort && (isWritten || other.isWritten) && bytes.overlaps(other.bytes)
    }
}
