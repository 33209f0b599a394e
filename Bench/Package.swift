// swift-tools-version: 6.2
import PackageDescription

/// What measures Apus, apart from the package that it measures: who uses the library builds and fetches none of it.
let package = Package(
    name: "apus-bench",
    dependencies: [
        .package(name: "apus", path: "..")
    ],
    targets: [
        // Apus's side of Bench/peers: answers requests for timings on its standard input.
        .executableTarget(
            name: "apus-peer-worker",
            dependencies: [.product(name: "Apus", package: "apus")],
            swiftSettings: [.strictMemorySafety(), .enableUpcomingFeature("ExistentialAny")])
    ],
    swiftLanguageModes: [.v6]
)
