import ApusGraph
import ONNXSchema

/// The value of an attribute of an ONNX node that is written.
enum ExportAttribute {
    case int(Int)
    case ints([Int])
    case float(Double)
    case floats([Double])
    case string(String)
    case strings([String])
    case tensor(Tensor)

    static func flag(_ value: Bool) -> ExportAttribute { .int(value ? 1 : 0) }

    /// The number of an element type.
    static func type(_ type: ElementType) -> ExportAttribute { .int(type.dataType.rawValue) }

    func message(_ name: String) -> AttributeProto {
        AttributeProto.with {
            $0.name = name
            switch self {
            case .int(let value):
                $0.type = .int
                $0.i = Int64(value)
            case .ints(let values):
                $0.type = .ints
                $0.ints = values.map(Int64.init)
            case .float(let value):
                $0.type = .float
                $0.f = Float(value)
            case .floats(let values):
                $0.type = .floats
                $0.floats = values.map(Float.init)
            case .string(let text):
                $0.type = .string
                $0.s.append(contentsOf: text.utf8)
            case .strings(let texts):
                $0.type = .strings
                $0.strings = texts.map { .init($0.utf8) }
            case .tensor(let tensor):
                $0.type = .tensor
                $0.t = TensorProto(tensor, named: "")
            }
        }
    }
}

/// Names and values of attributes, in the order in which they are written.
typealias ExportAttributes = KeyValuePairs<String, ExportAttribute>

extension TensorProto {
    init(_ tensor: Tensor, named name: String) {
        self.init(
            tensor.elementType, shape: tensor.shape, named: name, bytes: tensor.data.bytes(of: tensor.elementType))
    }

    /// A tensor of single precision.
    init(_ elements: [Float], shape: [Int], named name: String) {
        self.init(.f32, shape: shape, named: name, bytes: elements.littleEndianBytes)
    }

    init(_ type: ElementType, shape: [Int], named name: String, bytes: [UInt8]) {
        self.init()
        self.name = name
        dataType = Int32(type.dataType.rawValue)
        dims = shape.map(Int64.init)
        rawData = .init(bytes)
    }
}

extension [Float] {
    fileprivate var littleEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * count)
        for element in self {
            let word = element.bitPattern
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }
}

extension ValueInfoProto {
    /// What an input or output is. Dimensions that are no numbers go by their texts.
    init(_ value: Value) {
        self.init()
        name = value.name
        type.tensorType.elemType = Int32(value.type.elementType.dataType.rawValue)
        type.tensorType.shape.dim = value.type.dimensions.map { dimension in
            TensorShapeProto.Dimension.with {
                if let number = dimension.number {
                    $0.dimValue = Int64(number)
                } else {
                    $0.dimParam = dimension.symbol ?? dimension.description
                }
            }
        }
    }
}
