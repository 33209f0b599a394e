package import ApusGraph
package import ApusONNX
import FoundationEssentials
package import ONNXSchema
import SwiftProtobuf

// Short words for the messages of small ONNX files, which tests make.

extension ModelProto {
    /// A file of one graph.
    package init(
        _ nodes: [NodeProto], inputs: [ValueInfoProto] = [.tensor("x", ["N", 4])], outputs: [String] = ["y"],
        initializers: [TensorProto] = [], functions: [FunctionProto] = [], version: Int = 17, format: Int = 8
    ) {
        self.init()
        irVersion = Int64(format)
        opsetImport = [.init(version: version)]
        graph = GraphProto(nodes, inputs: inputs, outputs: outputs, initializers: initializers)
        graph.name = "small"
        self.functions = functions
    }

    package var bytes: [UInt8] { (try? serializedBytes()) ?? [] }

    /// The file, as if it lay at `path`.
    package func file(_ path: String = "small.onnx") throws(ONNXError) -> ONNXFile { try ONNXFile(bytes, path: path) }

    /// The model that comes of the file.
    package func imported(_ options: ImportOptions = ImportOptions(), path: String = "small.onnx") throws(ONNXError)
        -> Model
    {
        try Model(file(path), options: options)
    }
}

extension OperatorSetIdProto {
    package init(_ domain: String = "", version: Int) {
        self.init()
        self.domain = domain
        self.version = Int64(version)
    }
}

extension GraphProto {
    package init(
        _ nodes: [NodeProto], inputs: [ValueInfoProto] = [], outputs: [String], initializers: [TensorProto] = []
    ) {
        self.init()
        node = nodes
        input = inputs
        output = outputs.map { name in .with { $0.name = name } }
        initializer = initializers
    }
}

extension NodeProto {
    /// A node of the default domain.
    package init(
        _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
        _ attributes: [AttributeProto] = []
    ) {
        self.init()
        opType = operation
        input = inputs
        output = outputs
        self.name = name
        self.domain = domain
        attribute = attributes
    }
}

extension AttributeProto {
    private static func named(
        _ name: String, _ type: AttributeType, _ body: (inout AttributeProto) -> Void
    ) -> AttributeProto {
        .with {
            $0.name = name
            $0.type = type
            body(&$0)
        }
    }

    package static func int(_ name: String, _ value: Int) -> Self { named(name, .int) { $0.i = Int64(value) } }
    package static func float(_ name: String, _ value: Float) -> Self { named(name, .float) { $0.f = value } }
    package static func ints(_ name: String, _ values: [Int]) -> Self {
        named(name, .ints) { $0.ints = values.map(Int64.init) }
    }
    package static func string(_ name: String, _ value: String) -> Self {
        named(name, .string) { $0.s = Data(value.utf8) }
    }
    package static func graph(_ name: String, _ value: GraphProto) -> Self { named(name, .graph) { $0.g = value } }
    package static func tensor(_ name: String, _ value: TensorProto) -> Self { named(name, .tensor) { $0.t = value } }
    /// The attribute of the call that a function's node is for.
    package static func reference(_ name: String, _ type: AttributeType, to original: String) -> Self {
        named(name, type) { $0.refAttrName = original }
    }
}

extension ValueInfoProto {
    /// A tensor's name and type. Empty names are dimensions of which nothing is written.
    package static func tensor(_ name: String, _ dimensions: [Extent], _ type: ElementType = .f32) -> Self {
        .with {
            $0.name = name
            $0.type.tensorType.elemType = Int32(type.dataType.rawValue)
            $0.type.tensorType.shape.dim = dimensions.map(\.message)
        }
    }

    /// A dimension: a number or a name.
    package enum Extent: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
        case number(Int)
        case name(String)

        package init(integerLiteral value: Int) { self = .number(value) }
        package init(stringLiteral value: String) { self = .name(value) }

        fileprivate var message: TensorShapeProto.Dimension {
            .with {
                switch self {
                case .number(let number): $0.dimValue = Int64(number)
                case .name(""): break
                case .name(let name): $0.dimParam = name
                }
            }
        }
    }
}

extension TensorProto {
    /// A tensor with its elements as bytes.
    package init(_ name: String, _ tensor: Tensor) {
        self.init()
        self.name = name
        dims = tensor.shape.map(Int64.init)
        dataType = Int32(tensor.elementType.dataType.rawValue)
        rawData = Data(tensor.data.bytes(of: tensor.elementType))
    }

    package init(_ name: String, _ shape: [Int], floats: [Float]) {
        self.init(name, Tensor(.f32, shape: shape, elements: floats.map(Double.init)))
    }

    package init(_ name: String, _ shape: [Int], integers: [Int]) {
        self.init(name, Tensor(.i64, shape: shape, integers: integers))
    }

    /// A tensor without elements, to which a test adds what it wants.
    package init(_ name: String, _ shape: [Int], _ type: DataType) {
        self.init()
        self.name = name
        dims = shape.map(Int64.init)
        dataType = Int32(type.rawValue)
    }

    /// A tensor in a file of its own.
    package init(_ name: String, _ shape: [Int], external entries: [String: String]) {
        self.init(name, shape, .float)
        dataLocation = .external
        externalData = entries.sorted { $0.key < $1.key }.map { key, value in
            .with {
                $0.key = key
                $0.value = value
            }
        }
    }
}

extension FunctionProto {
    package init(
        _ name: String, domain: String = "own", inputs: [String], outputs: [String], _ nodes: [NodeProto],
        attributes: [String] = [], defaults: [AttributeProto] = []
    ) {
        self.init()
        self.name = name
        self.domain = domain
        input = inputs
        output = outputs
        node = nodes
        attribute = attributes
        attributeProto = defaults
        opsetImport = [.init(version: 17)]
    }
}
