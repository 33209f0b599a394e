package import ApusCompiler
package import ApusPlan
import ApusText

/// An image of an arena over time: instructions from left to right, offsets from the bottom up.
///
/// Names may come from a file: what is drawn of them has no control characters, and is escaped in SVG.
package struct MemoryDrawing: Sendable {
    /// A buffer as a rectangle.
    package struct Block: Sendable, Equatable {
        package var name: String
        package var offset: Int
        package var size: Int
        package var firstUse: Int
        package var lastUse: Int
    }

    package let title: String
    /// In order of their first use, then of their offset.
    package let blocks: [Block]
    package let arenaBytes: Int
    package let bound: Int
    package let isOptimal: Bool
    /// What is written under each instruction; may be empty.
    package let instructions: [String]

    /// - Parameters:
    ///   - names: the buffers' names, in the order of the requests.
    ///   - instructions: what is written under each instruction, from instruction 0 on; may be empty.
    package init(
        title: String = "Activations", names: [String], requests: [BufferRequest], plan: MemoryPlan,
        instructions: [String] = []
    ) {
        let blocks = requests.indices.map { index in
            Block(
                name: index < names.count ? names[index] : "buffer \(index)",
                offset: index < plan.offsets.count ? plan.offsets[index] : 0, size: requests[index].size,
                firstUse: requests[index].firstUse, lastUse: requests[index].lastUse)
        }
        self.init(
            title: title, blocks: blocks, arenaBytes: plan.size, bound: plan.lowerBound, isOptimal: plan.isOptimal,
            instructions: instructions)
    }

    /// The activation arena of a plan.
    package init(_ plan: Plan) {
        let blocks = plan.buffers.map {
            Block(name: $0.name, offset: $0.offset, size: $0.size, firstUse: $0.firstUse, lastUse: $0.lastUse)
        }
        self.init(
            title: "Activations of \(plan.name)", blocks: blocks, arenaBytes: plan.activationBytes,
            bound: plan.activationBound, isOptimal: plan.isOptimal, instructions: plan.body.map(\.label))
    }

    private init(
        title: String, blocks: [Block], arenaBytes: Int, bound: Int, isOptimal: Bool, instructions: [String]
    ) {
        self.title = Self.shown(title)
        self.blocks = blocks.filter { $0.size > 0 && $0.firstUse <= $0.lastUse && $0.firstUse >= 0 }.map { block in
            var block = block
            block.name = Self.shown(block.name)
            return block
        }.sorted { ($0.firstUse, $0.offset, $0.name) < ($1.firstUse, $1.offset, $1.name) }
        self.arenaBytes = arenaBytes
        self.bound = bound
        self.isOptimal = isOptimal
        self.instructions = instructions.map(Self.shown)
    }

    /// Instructions that are drawn: up to the last use of a buffer.
    package var duration: Int { max(1, (blocks.map(\.lastUse).max() ?? 0) + 1) }

    /// What the plan achieved, in a line.
    package var summary: String {
        let count = "\(blocks.count) buffer\(blocks.count == 1 ? "" : "s")"
        if arenaBytes == bound { return "\(bytes(arenaBytes)) for \(count): the lower bound, so none is smaller" }
        let claim = isOptimal ? "proven to be the minimum" : "not proven to be the minimum"
        return "\(bytes(arenaBytes)) for \(count), \(claim); the lower bound is \(bytes(bound))"
    }

    /// Live bytes from each instruction where they change.
    package var liveBytes: [(instruction: Int, bytes: Int)] {
        var changes: [Int: Int] = [:]
        for block in blocks {
            changes[block.firstUse, default: 0] += block.size
            changes[block.lastUse + 1, default: 0] -= block.size
        }
        var live = 0
        return changes.sorted { $0.key < $1.key }.map { change in
            live += change.value
            return (change.key, live)
        }
    }

    /// `18,816 B`
    func bytes(_ count: Int) -> String { "\(Self.grouped(count)) B" }

    /// Digits in groups of three.
    package static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { grouped.append(",") }
            grouped.append(digit)
        }
        return grouped
    }

    /// A name as it is drawn: of at most 120 characters of Unicode.
    private static func shown(_ name: String) -> String { printable(String(name.unicodeScalars.prefix(120))) }
}
