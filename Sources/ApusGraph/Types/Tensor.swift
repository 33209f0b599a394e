/// A dense row-major array: what the reference kernels compute on. Floating-point types are doubles in it, not rounded to
/// the type, and all others integers.
public struct Tensor: Sendable, Equatable {
    public var elementType: ElementType
    public var shape: [Int]
    public var data: Elements

    /// - Precondition: `data` has as many elements as the shape says.
    public init(_ elementType: ElementType, shape: [Int], data: Elements) {
        precondition(data.count == shape.reduce(1, *), "a tensor's elements fill its shape")
        self.elementType = elementType
        self.shape = shape
        self.data = data
    }

    public init(_ elementType: ElementType = .f32, shape: [Int], elements: [Double]) {
        self.init(elementType, shape: shape, data: .numbers(elements))
    }

    public init(_ elementType: ElementType = .i64, shape: [Int], integers: [Int]) {
        self.init(elementType, shape: shape, data: .integers(integers))
    }

    public init(shape: [Int], repeating value: Double = 0) {
        self.init(shape: shape, elements: Array(repeating: value, count: shape.reduce(1, *)))
    }

    public var count: Int { data.count }

    /// The elements as doubles. Setting them makes the tensor one of floating point.
    public var elements: [Double] {
        get { data.doubles }
        _modify {
            var own = data.doubles
            data = .numbers([])
            defer { data = .numbers(own) }
            yield &own
        }
    }

    /// The elements as integers. Setting them makes the tensor one of integers.
    public var integers: [Int] {
        get { data.whole }
        _modify {
            var own = data.whole
            data = .integers([])
            defer { data = .integers(own) }
            yield &own
        }
    }

    /// The element at the indices, one for each dimension.
    public subscript(_ indices: Int...) -> Double {
        get { elements[offset(indices)] }
        set { elements[offset(indices)] = newValue }
    }

    private func offset(_ indices: [Int]) -> Int {
        var offset = 0
        for (index, extent) in zip(indices, shape) { offset = offset * extent + index }
        return offset
    }

    /// The tensor of `shape` whose element `i` is this one's element `offsets[i]`.
    public func picking(_ offsets: some Sequence<Int>, shape: [Int]) -> Tensor {
        picking(offsets.lazy.map { Optional($0) }, shape: shape, fill: 0)
    }

    /// The tensor of `shape` whose element `i` is this one's element `offsets[i]`; where that is nil, `fill`.
    public func picking(_ offsets: some Sequence<Int?>, shape: [Int], fill: Double) -> Tensor {
        Tensor(elementType, shape: shape, data: data.picking(offsets, fill: fill))
    }

    /// The tensor converted to an element type, as ``Cast`` does it.
    public func converted(to type: ElementType) -> Tensor {
        Tensor(type, shape: shape, data: data.converted(to: type))
    }
}
