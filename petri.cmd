@echo off
rem Starts petri with the Node that `npm run setup` fetched, else with the one on PATH, which looks further by itself.
setlocal
set "PETRI_NODE=%~dp0.node\runtime\bin\node.exe"
if not exist "%PETRI_NODE%" set "PETRI_NODE=node"
"%PETRI_NODE%" "%~dp0petri.mjs" %*
exit /b %ERRORLEVEL%
