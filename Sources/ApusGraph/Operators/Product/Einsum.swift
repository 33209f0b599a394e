/// A sum of products of one or two operands, in Einstein's notation.
public struct Einsum: CompositeOperator {
    public static let name = "einsum"
    public static let documentation = OperatorDocumentation(
        summary: "Sums products of elements, as an equation of dimension letters says.",
        details: """
            Each dimension has a letter. What has the same letter runs together, and letters that are not in the result \
            are summed over: `\"bij,bjk->bik\"` is a product of matrices. Without an arrow the result has the letters that \
            stand once, in the order of the alphabet. It stands for sums, transposes and one matmul.
            """,
        operands: [.init("a", "f32 of any shape"), .init("b", "f32 of any shape; may be left out")],
        attributes: [.init("equation", "the letters of each operand, and of the result behind an arrow, in quotes")],
        results: [.init("y", "f32 with the dimensions of the result's letters")],
        constraints: [
            .init("C1", "as many operands of element type f32 as the equation has"),
            .init("C2", "an operand has as many dimensions as letters, and no letter twice"),
            .init("C3", "dimensions of one letter are equal"),
            .init("C4", "each letter of the result stands once there, and in an operand"),
        ],
        example: "scores = einsum(query, key, equation: \"nqd,nkd->nqk\")")

    /// The equation without spaces.
    public var equation: String
    private let terms: [[Character]]
    private let result: [Character]

    public init(_ equation: String) {
        self.equation = equation.filter { $0 != " " }
        let sides = self.equation.split(separator: "->", omittingEmptySubsequences: false)
        terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
        let letters = terms.flatMap { $0 }
        result =
            sides.count > 1
            ? Array(sides[1]) : Set(letters).filter { letter in letters.count { $0 == letter } == 1 }.sorted()
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let text = try attributes.string("equation")
        self.init(text)
        let isWellFormed =
            (1...2).contains(terms.count) && text.split(separator: "->", omittingEmptySubsequences: false).count <= 2
            && (terms + [result]).allSatisfy { $0.allSatisfy { $0.isASCII && $0.isLetter } }
        guard isWellFormed else {
            throw AttributeError(
                attribute: "equation", message: "'\(text)' is not an equation of one or two operands",
                remedy: "write letters, a comma and an arrow: \"ij,jk->ik\"")
        }
    }
    public var attributes: [Attribute] { [Attribute("equation", .string(equation))] }

    /// The dimension of each letter.
    private func sizes(_ operands: [TensorType]) -> [Character: Dimension] {
        var sizes: [Character: Dimension] = [:]
        for (term, type) in zip(terms, operands) {
            for (letter, dimension) in zip(term, type.dimensions) { sizes[letter] = dimension }
        }
        return sizes
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        guard operands.count == terms.count, operands.allSatisfy({ $0.elementType == .f32 }) else {
            throw ConstraintViolation(
                "C1", "'\(equation)' takes \(terms.count) f32 operand\(terms.count == 1 ? "" : "s"), not \(operands)",
                remedy: "give as many as the equation has")
        }
        let sizes = sizes(operands)
        for (index, (term, type)) in zip(terms, operands).enumerated() {
            guard term.count == type.rank, Set(term).count == term.count else {
                throw ConstraintViolation(
                    "C2", "the letters '\(String(term))' don't fit the \(type.rank) dimensions of \(type)",
                    remedy: "give each dimension a letter of its own", at: .operand(index))
            }
            for (letter, dimension) in zip(term, type.dimensions) {
                if let size = sizes[letter], size != dimension {
                    throw ConstraintViolation(
                        "C3", "'\(letter)' is \(dimension) in \(type) and \(size) elsewhere",
                        remedy: "make the dimensions of a letter equal", at: .operand(index))
                }
            }
        }
        guard Set(result).count == result.count, result.allSatisfy({ sizes[$0] != nil }) else {
            throw ConstraintViolation(
                "C4", "the result '\(String(result))' has a letter twice, or one that no operand has",
                remedy: "use each letter of the operands once at most", at: .attribute("equation"))
        }
    }

    /// A sample's letter must lead each operand that has samples, and the result.
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let leading = Set(zip(terms, operands).filter { $1.isBatched }.compactMap { $0.0.first })
        return leading.count == 1 && result.first == leading.first
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let sizes = sizes(operands.map { composer.type(of: $0) })
        var sources: [(value: ValueID, letters: [Character])] = []
        for (index, operand) in operands.enumerated() {
            let elsewhere = Set(result + terms.enumerated().filter { $0.offset != index }.flatMap(\.element))
            let summed = terms[index].indices.filter { !elsewhere.contains(terms[index][$0]) }
            let value = summed.isEmpty ? operand : try composer.emit(ReduceSum(axes: summed), operand)
            sources.append((value, terms[index].filter(elsewhere.contains)))
        }
        guard sources.count == 2 else {
            let arranged = try arrange(sources[0].value, sources[0].letters, as: result, &composer)
            return [arranged == operands[0] ? try composer.emit(Identity(), arranged) : arranged]
        }
        let (a, b) = (sources[0], sources[1])
        let shared = a.letters.filter(b.letters.contains)
        let batch = result.filter(shared.contains)
        let depth = shared.filter { !result.contains($0) }
        let (rows, columns) = (result.filter { !b.letters.contains($0) }, result.filter { !a.letters.contains($0) })
        func size(_ letters: [Character]) -> Dimension { letters.reduce(.fixed(1)) { $0 * (sizes[$1] ?? 1) } }
        func matrices(
            _ source: (value: ValueID, letters: [Character]), _ first: [Character], _ second: [Character],
            _ composer: inout Composer
        ) throws(GraphError) -> ValueID {
            let arranged = try arrange(source.value, source.letters, as: batch + first + second, &composer)
            let whole = batch.map { sizes[$0] ?? 1 } + [size(first), size(second)]
            return try composer.emit(Reshape(whole: whole), arranged)
        }
        let left = try matrices(a, rows, depth, &composer)
        let right = try matrices(b, depth, columns, &composer)
        let product = try composer.emit(MatMul(), left, right)
        let order = batch + rows + columns
        let spread = try composer.emit(Reshape(whole: order.map { sizes[$0] ?? 1 }), product)
        return [try arrange(spread, order, as: result, &composer)]
    }

    /// The value with its dimensions in another order.
    private func arrange(
        _ value: ValueID, _ letters: [Character], as order: [Character], _ composer: inout Composer
    ) throws(GraphError) -> ValueID {
        if letters == order { return value }
        return try composer.emit(Transpose(permutation: order.compactMap { letters.firstIndex(of: $0) }), value)
    }
}
