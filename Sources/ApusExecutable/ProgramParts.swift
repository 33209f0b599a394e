/// The parts of a standalone program that it can do without: kernels that its plan doesn't call.
///
/// Lines of text say it, as `scripts/standalone_parts.py` writes them: `part NAME START END`, `needs NAME OTHER`, and
/// `opcode NUMBER NAME`.
package struct ProgramParts: Equatable, Sendable {
    private var places: [String: [Range<Int>]] = [:]
    private var needs: [String: [String]] = [:]
    private var kernels: [Int: String] = [:]

    /// - Parameter name: what errors call the text.
    /// - Throws: ``ExecutableError`` where a line is not as said.
    package init(_ text: String, name: String) throws(ExecutableError) {
        for (number, line) in text.split(separator: "\n").enumerated() {
            let words = line.split(separator: " ").map { String($0) }
            switch (words.first, words.count) {
            case ("part", 4):
                guard let start = Int(words[2]), let end = Int(words[3]), 0 <= start, start <= end else {
                    throw Self.wrong(line: number, of: name)
                }
                places[words[1], default: []].append(start..<end)
            case ("needs", 3): needs[words[1], default: []].append(words[2])
            case ("opcode", 3):
                guard let opcode = Int(words[1]) else { throw Self.wrong(line: number, of: name) }
                kernels[opcode] = words[2]
            default: throw Self.wrong(line: number, of: name)
            }
        }
    }

    private static func wrong(line: Int, of name: String) -> ExecutableError {
        ExecutableError("\(name): line \(line + 1) is not of a list of parts; build it again")
    }

    /// Where the code is that a plan of these instructions never runs.
    package func unneeded(for opcodes: Set<Int>) throws(ExecutableError) -> [Range<Int>] {
        var needed: Set<String> = []
        var rest: [String] = []
        for opcode in opcodes.sorted() {
            guard let part = kernels[opcode] else {
                throw ExecutableError("the program has no kernel for instruction \(opcode); build it again")
            }
            rest.append(part)
        }
        while let part = rest.popLast() {
            if needed.insert(part).inserted { rest += needs[part] ?? [] }
        }
        let kept = places.filter { needed.contains($0.key) }.flatMap(\.value)
        let left = places.filter { !needed.contains($0.key) }.flatMap(\.value).sorted { $0.lowerBound < $1.lowerBound }
        // What lies between two parts that are left out is there for their alignment, if it is short and no part itself.
        var merged: [Range<Int>] = []
        for range in left {
            if let last = merged.last, range.lowerBound - last.upperBound < 64,
                !kept.contains(where: { $0.overlaps(last.upperBound..<max(range.lowerBound, last.upperBound + 1)) })
            {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
