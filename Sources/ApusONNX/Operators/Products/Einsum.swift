import ApusGraph

extension NodeImport {
    /// Einstein's notation as ONNX has it: with three dots for dimensions in front, letters that stand twice for a diagonal, and any
    /// number of operands.
    mutating func takeEinsum() throws(NodeFailure) {
        let text = try string("equation", default: "")
        var values = try inputs()
        let elementType = type(values[0]).elementType
        for index in values.indices { values[index] = try single(values[index]) }
        guard let equation = EinsumEquation(text, ranks: values.map { rank($0) }) else {
            throw failure("the equation '\(text)' does not fit the operands")
        }
        // The letters along which some term has more than 1.
        var large: Set<Character> = []
        for (value, letters) in zip(values, equation.terms) {
            for (letter, dimension) in zip(letters, type(value).dimensions) where dimension != 1 {
                large.insert(letter)
            }
        }
        large.formIntersection(equation.broadcast)
        var terms: [(value: ValueID, letters: [Character])] = []
        for (value, letters) in zip(values, equation.terms) { terms.append(try plain(value, letters, large)) }
        var first = terms.removeFirst()
        while !terms.isEmpty {
            let second = terms.removeFirst()
            let later = Set(terms.flatMap(\.letters) + equation.result)
            let kept = terms.isEmpty ? equation.result : unique(first.letters + second.letters).filter(later.contains)
            let call = "\(String(first.letters)),\(String(second.letters))->\(String(kept))"
            first = (try apply(Einsum(call), first.value, second.value), kept)
        }
        if first.letters != equation.result {
            let call = "\(String(first.letters))->\(String(equation.result))"
            first.value = try apply(Einsum(call), first.value)
        }
        finish(try cast(first.value, to: elementType))
    }

    private func unique(_ letters: [Character]) -> [Character] {
        letters.enumerated().filter { letters.firstIndex(of: $1) == $0 }.map(\.element)
    }

    /// A term with each letter once, and without the dimensions of 1 that are broadcast.
    private mutating func plain(
        _ value: ValueID, _ letters: [Character], _ large: Set<Character>
    ) throws(NodeFailure) -> (value: ValueID, letters: [Character]) {
        var (value, letters) = (value, letters)
        // A dimension that is 1 everywhere stays, for the result may have it.
        let dropped = letters.indices.filter { large.contains(letters[$0]) && type(value).dimensions[$0] == 1 }
        if !dropped.isEmpty {
            value = try apply(Squeeze(axes: dropped), value)
            letters = letters.indices.filter { !dropped.contains($0) }.map { letters[$0] }
        }
        while let second = letters.indices.first(where: { letters[..<$0].contains(letters[$0]) }),
            let first = letters.firstIndex(of: letters[second])
        {
            value = try diagonal(value, first, second)
            let letter = letters.remove(at: second)
            letters.remove(at: first)
            letters.append(letter)
        }
        return (value, letters)
    }

    /// The elements whose places along two axes are equal, along a new last axis.
    private mutating func diagonal(_ value: ValueID, _ first: Int, _ second: Int) throws(NodeFailure) -> ValueID {
        let others = (0..<rank(value)).filter { $0 != first && $0 != second }
        let last = try transpose(value, others + [first, second])
        let dimensions = type(last).dimensions
        guard let count = dimensions[others.count].number, dimensions[others.count + 1].number == count else {
            throw failure("takes the diagonal of \(type(value)), whose dimensions are not equal numbers")
        }
        let rows = try reshape(last, Array(dimensions.prefix(others.count)) + [.fixed(count * count)])
        return try apply(
            Slice(starts: [0], ends: [.fixed(count * count)], axes: [others.count], steps: [count + 1]), rows)
    }
}

/// An equation whose three dots have become letters.
struct EinsumEquation {
    private(set) var terms: [[Character]] = []
    private(set) var result: [Character] = []
    /// The letters of the dots, along which a dimension may be 1 in one term and more in another.
    private(set) var broadcast: Set<Character> = []

    private static let dots = "..."

    init?(_ text: String, ranks: [Int]) {
        let sides = Self.parts(text.filter { $0 != " " }, of: "->")
        let texts = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard sides.count <= 2, texts.count == ranks.count else { return nil }
        let used = Set(text)
        let free = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".filter { !used.contains($0) }
        var widest = 0
        for (text, rank) in zip(texts, ranks) where text.contains(Self.dots) {
            widest = max(widest, rank - (text.count - 3))
        }
        guard widest <= free.count else { return nil }
        let letters = Array(free.prefix(widest))
        for (text, rank) in zip(texts, ranks) {
            guard let term = Self.term(text, letters, rank: rank), term.count == rank else { return nil }
            terms.append(term)
        }
        broadcast = Set(letters)
        if sides.count == 2 {
            guard let term = Self.term(sides[1], letters, rank: nil) else { return nil }
            result = term
        } else {
            let all = terms.flatMap { $0 }
            let once = Set(all).filter { letter in !broadcast.contains(letter) && all.count { $0 == letter } == 1 }
            result = letters + once.sorted()
        }
        guard Set(result).count == result.count, Set(result).isSubset(of: terms.flatMap { $0 }) else { return nil }
    }

    /// The text cut where the mark is.
    private static func parts(_ text: String, of mark: String) -> [String] {
        var (parts, rest) = ([String](), Substring(text))
        while let range = rest.firstRange(of: mark) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }

    /// The letters of a term; `rank` is nil for the result, which has all letters of the dots.
    private static func term(_ text: String, _ dots: [Character], rank: Int?) -> [Character]? {
        let pieces = parts(text, of: Self.dots)
        guard pieces.count <= 2, pieces.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isLetter } }) else { return nil }
        guard pieces.count == 2 else { return Array(text) }
        let count = rank.map { $0 - (text.count - 3) } ?? dots.count
        guard (0...dots.count).contains(count) else { return nil }
        return Array(pieces[0]) + dots.suffix(count) + Array(pieces[1])
    }
}
