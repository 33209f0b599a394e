/// A dense row-major array of doubles: what the reference kernels compute on. Labels and choices are whole numbers in it.
public struct Tensor: Sendable, Equatable {
    public var shape: [Int]
    public var elements: [Double]

    /// - Precondition: `elements` has as many elements as the shape says.
    public init(shape: [Int], elements: [Double]) {
        precondition(elements.count == shape.reduce(1, *), "a tensor's elements fill its shape")
        self.shape = shape
        self.elements = elements
    }

    public init(shape: [Int], repeating value: Double = 0) {
        self.shape = shape
        elements = Array(repeating: value, count: shape.reduce(1, *))
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
}
