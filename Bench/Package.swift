// swift-tools-version: 6.2
import PackageDescription

/// A benchmark of package-benchmark; it finds them in the folder `Benchmarks`.
func benchmark(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            .product(name: "ApusBenchmarks", package: "apus"), .product(name: "Benchmark", package: "benchmark"),
        ],
        path: "Benchmarks/\(name)",
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")],
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

/// What measures Apus, apart from the package that it measures: who uses the library builds and fetches none of it.
let package = Package(
    name: "apus-bench",
    dependencies: [
        .package(name: "apus", path: ".."),
        // Without its traits, which count allocations by an allocator that would have to be installed or preloaded.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        benchmark("Kernels"), benchmark("Models"),
        // Apus's side of Bench/peers: answers requests for timings on its standard input.
        .executableTarget(
            name: "apus-peer-worker",
            dependencies: [.product(name: "Apus", package: "apus")],
            swiftSettings: [.strictMemorySafety(), .enableUpcomingFeature("ExistentialAny")]),
        // The examples of README and articles, built outside of the package that they are of. No measurement, but the modules are here.
        .executableTarget(
            name: "library-use",
            dependencies: [
                .product(name: "Apus", package: "apus"), .product(name: "ApusTraining", package: "apus"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
