import ApusPlan
import Testing

/// A convolution that is given plain images and asked for plain images.
struct PlainLayerCase: CustomStringConvertible, Sendable {
    /// Source and attributes of the layer, what is made of it, and whether it needs no copy.
    var source: String
    var layer: String
    var rest: String
    var isPlain: Bool
    var description: String { "\(source), \(layer), \(rest)" }

    /// The plan of the layer, whose answers are those of the reference.
    func plan(_ target: Target) throws -> Plan {
        let spec = "model layer\ninput image: f32[N, \(source)]\ny = conv2d(image, \(layer))\n\(rest)"
        return try planThatAgrees(spec, target: target)
    }
}
