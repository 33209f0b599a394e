import ApusGraph

// Shapes as vectors of i64, which is how nodes read them. What has symbols in it is computed of the inputs' shapes.
extension NodeExport {
    /// A vector with the dimensions.
    mutating func shape(_ dimensions: [Dimension]) throws(NodeFailure) -> String {
        var parts: [String] = []
        var numbers: [Int] = []
        for dimension in dimensions {
            if let number = dimension.number {
                numbers.append(number)
                continue
            }
            if !numbers.isEmpty { parts.append(vector(numbers)) }
            numbers = []
            parts.append(try size(dimension))
        }
        if !numbers.isEmpty || parts.isEmpty { parts.append(vector(numbers)) }
        return parts.count == 1 ? parts[0] : emit("Concat", parts, ["axis": .int(0)])
    }

    /// A vector of one element, the dimension.
    mutating func size(_ dimension: Dimension) throws(NodeFailure) -> String {
        guard case .expression(let polynomial) = dimension else { return vector([dimension.number ?? 0]) }
        return try size(polynomial)
    }

    private mutating func size(_ polynomial: DimensionPolynomial) throws(NodeFailure) -> String {
        var sum: String?
        for term in polynomial.terms {
            var product: String? = term.coefficient == 1 && !term.factors.isEmpty ? nil : vector([term.coefficient])
            for factor in term.factors {
                let own: String
                switch factor {
                case .symbol(let name): own = try size(symbol: name)
                case .quotient(let inner, let divisor): own = emit("Div", [try size(inner), vector([divisor])])
                }
                product = product.map { emit("Mul", [$0, own]) } ?? own
            }
            guard let product else { continue }
            sum = sum.map { emit("Add", [$0, product]) } ?? product
        }
        return sum ?? vector([0])
    }

    private mutating func size(symbol: String) throws(NodeFailure) -> String {
        if let known = state.symbols[symbol] { return known }
        for input in state.graph.inputs {
            for (axis, dimension) in state.graph[input].type.dimensions.enumerated() {
                guard let factor = dimension.multiple(of: symbol), factor > 0 else { continue }
                let whole = emit(
                    "Shape", [state.name(input)], ["start": .int(axis), "end": .int(axis + 1)])
                let size = factor == 1 ? whole : emit("Div", [whole, vector([factor])])
                state.symbols[symbol] = size
                return size
            }
        }
        throw failure("its shape depends on \(symbol), which is a dimension of no input")
    }

    /// Emits a reshape. As much as can be is left to the node, so that the shape is a constant: one dimension may be whatever remains,
    /// and those that stand where they stood are kept.
    ///
    /// - Parameter old: the dimensions of the value, where they are known.
    mutating func reshape(
        _ value: String, from old: [Dimension], to new: [Dimension]
    ) throws(NodeFailure) -> String {
        emit("Reshape", [value, try target(from: old, to: new)])
    }

    /// What a reshape reads for its shape.
    mutating func target(from old: [Dimension], to new: [Dimension]) throws(NodeFailure) -> String {
        let open = new.indices.filter { new[$0].number == nil }
        if open.isEmpty { return vector(new.compactMap(\.number)) }
        if open.count == 1 { return vector(new.map { $0.number ?? -1 }) }
        let moved = open.filter { $0 >= old.count || old[$0] != new[$0] }
        guard moved.count <= 1 else { return try shape(new) }
        return vector(new.indices.map { new[$0].number ?? (moved.contains($0) ? -1 : 0) })
    }
}
