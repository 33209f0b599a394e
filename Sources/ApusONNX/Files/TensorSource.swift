import ApusGraph
import ONNXSchema

/// A tensor of an ONNX file, read when its elements are asked for.
struct TensorSource: Sendable {
    private enum Content {
        case message(TensorProto)
        case known(Tensor)
        case external(ExternalData)
    }

    let type: ElementType
    let shape: [Int]
    private let content: Content

    /// A tensor that is known already.
    init(_ tensor: Tensor) {
        type = tensor.elementType
        shape = tensor.shape
        content = .known(tensor)
    }

    /// A tensor of a file; what its fields claim is checked before anything is read.
    ///
    /// - Parameter folder: where external data lies.
    init(_ message: TensorProto, in folder: inout DataFolder) throws(TensorError) {
        guard let type = ElementType(dataType: Int(message.dataType)) else {
            throw TensorError("its elements are \(dataTypeName(Int(message.dataType))), which Apus has no type for")
        }
        self.type = type
        var count = 1
        var shape: [Int] = []
        for extent in message.dims {
            guard extent >= 0, extent <= Int64(Int32.max) else { throw TensorError("its shape is \(message.dims)") }
            let (product, overflows) = count.multipliedReportingOverflow(by: Int(extent))
            guard !overflows, product <= Int(Int32.max) else {
                throw TensorError("its shape, \(message.dims), has more elements than \(Int32.max)")
            }
            count = product
            shape.append(Int(extent))
        }
        self.shape = shape
        if message.dataLocation == .external {
            content = .external(try folder.data(message.externalData, length: count * type.size))
            return
        }
        let stored = message.storedCount(type)
        guard stored == count else {
            let number = stored.map(String.init) ?? "a broken number of"
            throw TensorError("\(number) elements don't fill its shape \(shape)")
        }
        content = .message(message)
    }

    var count: Int { shape.reduce(1, *) }

    /// The tensor. O(elements).
    func tensor() -> Tensor {
        switch content {
        case .known(let tensor): tensor
        case .message(let message): Tensor(type, shape: shape, data: message.elements(type))
        case .external(let data): Tensor(type, shape: shape, data: data.elements(type))
        }
    }

    /// The elements in single precision. O(elements).
    func floats() -> [Float] {
        switch content {
        case .known(let tensor): tensor.elements.map(Float.init)
        case .message(let message):
            type == .f32 ? message.singlePrecision() : message.elements(type).doubles.map(Float.init)
        case .external(let data):
            type == .f32 ? data.singlePrecision() : data.elements(type).doubles.map(Float.init)
        }
    }
}

/// Why a tensor can't be read.
struct TensorError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
