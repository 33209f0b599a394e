package import ApusPlan

/// What a model takes and gives, as requests see it.
package struct ModelSignature: Sendable, Equatable {
    package let name: String
    package let version: String
    package let inputs: [Port]
    package let outputs: [Port]
    /// Names of the classes, where the model has them.
    package let labels: [String]
    /// The most samples that a request may have; 1 where the shapes have no batch.
    package let maximumBatch: Int
    /// How the model wants pictures, where it takes them.
    package let pictures: PictureInput?

    package init(name: String, version: String, plan: Plan, maximumBatch: Int) {
        self.name = name
        self.version = version
        inputs = plan.inputs
        outputs = plan.outputs
        labels = plan.labels
        self.maximumBatch = maximumBatch
        pictures = PictureInput(plan)
    }

    /// The shape of a port as clients are told it: -1 is the batch.
    package func shape(of port: Port) -> [Int] { port.isShared ? port.sampleShape : [-1] + port.sampleShape }

    /// The name with the version, for messages.
    package var title: String { "'\(name)' version \(version)" }
}
