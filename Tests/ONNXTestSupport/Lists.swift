import FoundationEssentials
package import ONNXSchema
import SwiftProtobuf

extension AttributeProto {
    package static func floats(_ name: String, _ values: [Float]) -> Self {
        .with {
            $0.name = name
            $0.type = .floats
            $0.floats = values
        }
    }

    package static func strings(_ name: String, _ values: [String]) -> Self {
        .with {
            $0.name = name
            $0.type = .strings
            $0.strings = values.map { Data($0.utf8) }
        }
    }
}

extension ModelProto {
    /// The file with operators of another domain.
    package func using(_ domain: String, version: Int) -> ModelProto {
        var changed = self
        changed.opsetImport.append(.init(domain, version: version))
        return changed
    }
}
