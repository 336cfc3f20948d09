module spillway.dev/api

go 1.25.0
