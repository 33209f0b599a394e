import ApusGraph

// What the entries of several families make values with.
extension NodeImport {
    /// An operator of its attributes, checked as those of the language are.
    func make(_ type: any Operator.Type, _ attributes: [Attribute]) throws(NodeFailure) -> any Operator {
        do throws(AttributeError) { return try makeOperator(type, attributes) } catch { throw failure("\(error)") }
    }

    /// A formula of the elements of values, whose shapes are broadcast.
    mutating func apply(_ formula: Expression, _ operands: ValueID...) throws(NodeFailure) -> ValueID {
        try applyAll(Elementwise(formula), operands)[0]
    }

    /// The value with elements of another type; itself where they are of that type.
    mutating func cast(_ value: ValueID, to elementType: ElementType) throws(NodeFailure) -> ValueID {
        type(value).elementType == elementType ? value : try apply(Cast(to: elementType), value)
    }

    /// A value of floating point in single precision, in which most is computed.
    mutating func single(_ value: ValueID) throws(NodeFailure) -> ValueID {
        let elementType = type(value).elementType
        guard elementType.isFloatingPoint else {
            throw failure("works on \(elementType.rawValue), and is computed for floating point only")
        }
        return try cast(value, to: .f32)
    }

    mutating func reshape(_ value: ValueID, _ dimensions: [Dimension]) throws(NodeFailure) -> ValueID {
        dimensions == type(value).dimensions ? value : try apply(Reshape(whole: dimensions), value)
    }

    /// The elements from `start` up to `end` along an axis.
    mutating func slice(_ value: ValueID, axis: Int, _ start: Int, _ end: Int) throws(NodeFailure) -> ValueID {
        try apply(Slice(starts: [.fixed(start)], ends: [.fixed(end)], axes: [axis]), value)
    }

    /// The numbers of some dimensions.
    func numbers(_ dimensions: some Sequence<Dimension>, _ what: String) throws(NodeFailure) -> [Int] {
        var numbers: [Int] = []
        for dimension in dimensions {
            guard let number = dimension.number else {
                throw failure("\(what) is \(dimension), which has a symbol in it; give it a number")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The number of an axis from the front.
    func axis(_ axis: Int, rank: Int) throws(NodeFailure) -> Int {
        let number = axis < 0 ? axis + rank : axis
        guard (0..<rank).contains(number) else { throw failure("\(axis) is no axis of \(rank) dimensions") }
        return number
    }

    /// A dimension of a value that must have so many.
    func dimension(_ number: Int, of value: ValueID) throws(NodeFailure) -> Dimension {
        let type = type(value)
        guard type.dimensions.indices.contains(number) else {
            throw failure("reads \(type), which has too few dimensions")
        }
        return type.dimensions[number]
    }

    /// How many outputs there are, up to the last one with a name.
    var outputCount: Int { (node.output.lastIndex { !$0.isEmpty } ?? -1) + 1 }

    /// Whether anybody can read the output.
    func makes(_ output: Int) -> Bool { output < node.output.count && !node.output[output].isEmpty }

    /// A tensor without elements.
    func empty(_ elementType: ElementType, _ shape: [Dimension]) throws(NodeFailure) -> TensorSource {
        let extents = try numbers(shape, "a dimension of an empty value")
        // The other extents must have a product too: whoever multiplies them may come to the zero last.
        let product = extents.reduce(Int?(1)) { product, extent in
            guard let product, (0...Int(Int32.max)).contains(extent) else { return nil }
            let (next, overflows) = product.multipliedReportingOverflow(by: max(extent, 1))
            return overflows ? nil : next
        }
        guard extents.contains(0), product != nil else {
            throw failure("makes \(elementType.rawValue)\(extents)")
        }
        let data: Elements = elementType.isFloatingPoint ? .numbers([]) : .integers([])
        return TensorSource(Tensor(elementType, shape: extents, data: data))
    }
}

// What the compiler wants to know before a model runs.
extension NodeImport {
    /// Whether a value is computed while the model runs.
    func isComputed(_ value: ValueID) -> Bool { state.isComputed(value) }
}
